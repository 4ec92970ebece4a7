/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <adwaita.h>
#include <glib/gi18n.h>

#include "plot/network-plot.h"
#include "widgets/network-page-private.h"

const char *
mien_network_words_get_view (const char *view, MienNetworkSource source)
{
  if (g_strcmp0 (view, "kernels") == 0)
    return _ ("Each row is one filter of the chosen layer, each square one slice of its weights: "
              "orange adds, blue takes away. Early filters look for edges and spots; what deeper "
              "ones look for cannot be read off their weights. A filter that is dead has hardly "
              "any weight. After Zeiler & Fergus 2014.");
  if (g_strcmp0 (view, "maps") == 0)
    return _ (
        "Each square is what one channel of the chosen layer makes of this face, dark where it "
        "finds nothing; every channel has its own scale. Point at a place, or click it to keep "
        "it: the face then shows which pixels raised (orange) or lowered (blue) it, and the frame "
        "is the part that it can see. A channel need not have a meaning in words. After Yosinski et al. 2015 and "
        "Luo et al. 2016.");
  if (g_strcmp0 (view, "response") == 0)
    return _ (
        "How strongly the tenth of a layer's channels that answers most to an emotion answers "
        "to faces with that label, in standard deviations, over a labelled set; and how well a "
        "linear probe reads the emotion off that layer. Click a layer for its channels, and a "
        "channel for the pictures that it answers to most. A channel that answers to one emotion is not what the network decides by: switch it off "
        "to know. After Khorrami et al. 2015, Alain & Bengio 2017 and Morcos et al. 2018.");
  if (source == MIEN_NETWORK_SOURCE_FILM)
    return _ (
        "What the film’s frames say, by how the head was turned, how bright and how large the "
        "face was: the mean probability of each emotion, each second of a face counting once, "
        "with 95 % bands; bars show how much film there is. Hatched places have less than "
        "five seconds, or the network is clearly less sure there: do not compare them with the "
        "rest. What goes together need not cause each other: people also look down because "
        "they are sad. After Khorrami et al. 2015.");
  if (source == MIEN_NETWORK_SOURCE_SET)
    return _ ("Labelled pictures, changed by one thing at a time: how much accuracy is left, how "
              "many answers stay, and how far the probabilities move, with 95 % bands. Real turned "
              "heads are harder than bent pictures, and in life changes come together. After "
              "Zeiler & Fergus 2014.");
  return _ ("This face, changed a little at a time: the curves are the probabilities after each "
            "change, the upright line is the face as it is. Where the curves cross, the verdict "
            "depends on position, pose or light and not on the expression alone. One face says "
            "nothing about others. After Zeiler & Fergus 2014.");
}

const char *
mien_network_words_get_method (MienSaliencyMethod method)
{
  switch (method)
    {
    case MIEN_SALIENCY_GRADCAM:
      return _ ("Grad-CAM: the places whose channels speak for the emotion, as coarse as the last "
                "maps. It shows where, not what. Selvaraju et al. 2017.");
    case MIEN_SALIENCY_GUIDED:
      return _ ("Guided backpropagation: fine detail that speaks for the emotion. It draws edges "
                "even where they matter little. Springenberg et al. 2015.");
    case MIEN_SALIENCY_INTEGRATED:
      return _ (
          "Integrated gradients: each pixel's share of the score, from a flat grey picture to "
          "this one. Sundararajan et al. 2017.");
    case MIEN_SALIENCY_OCCLUSION:
    default:
      return _ ("Occlusion: how much the probability falls when that place is covered. Large parts "
                "that matter only together are missed. Zeiler & Fergus 2014.");
    }
}

const char *
mien_network_words_get_region (MienRegion region)
{
  switch (region)
    {
    case MIEN_REGION_BROWS:
      return _ ("Brows");
    case MIEN_REGION_EYES:
      return _ ("Eyes");
    case MIEN_REGION_NOSE:
      return _ ("Nose");
    case MIEN_REGION_MOUTH:
      return _ ("Mouth");
    default:
      return _ ("Rest");
    }
}

const char *
mien_network_words_get_sweep (MienSweep sweep)
{
  return _ (mien_influence_plot_get_title (sweep));
}

char *
mien_network_words_dup_shape (const MienLayer *layer)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 1; i < layer->rank; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 1 ? " × " : "", layer->dims[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

char *
mien_network_words_dup_count (double count)
{
  if (count >= 999500)
    /* Translators: millions. */
    return g_strdup_printf (_ ("%.1f M"), count / 1e6);
  if (count >= 1000)
    /* Translators: thousands. */
    return g_strdup_printf (_ ("%.1f k"), count / 1e3);
  return g_strdup_printf ("%.0f", count);
}
