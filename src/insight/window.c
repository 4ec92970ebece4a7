/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "insight/window.h"

#include <string.h>

#include "base/error.h"

gboolean
mien_window_from_node (const MienNode *node,
                       const MienTensor *x,
                       const gint64 *kernel,
                       const MienTensor *y,
                       MienWindow *out,
                       GError **error)
{
  const MienAttribute *strides = mien_node_find_attribute (node, "strides");
  const MienAttribute *dilations = mien_node_find_attribute (node, "dilations");
  const MienAttribute *pads = mien_node_find_attribute (node, "pads");
  const char *auto_pad = mien_node_get_string (node, "auto_pad", "NOTSET");

  if (x->rank != 4 || kernel == NULL)
    {
      g_set_error (error, MIEN_ERROR, MIEN_ERROR_UNSUPPORTED,
                   "node '%s': the derivative of %s is known for two dimensions", node->name,
                   node->op_type);
      return FALSE;
    }
  *out = (MienWindow){ .h_in = (gsize) x->dims[2],
                       .w_in = (gsize) x->dims[3],
                       .h_out = (gsize) y->dims[2],
                       .w_out = (gsize) y->dims[3],
                       .k_h = (gsize) kernel[0],
                       .k_w = (gsize) kernel[1],
                       .stride_h = strides != NULL ? strides->ints[0] : 1,
                       .stride_w = strides != NULL ? strides->ints[1] : 1,
                       .dilation_h = dilations != NULL ? dilations->ints[0] : 1,
                       .dilation_w = dilations != NULL ? dilations->ints[1] : 1 };
  if (pads != NULL && pads->n == 4)
    {
      out->pad_top = pads->ints[0];
      out->pad_left = pads->ints[1];
    }
  if (g_str_has_prefix (auto_pad, "SAME"))
    {
      gssize h = ((gssize) out->h_out - 1) * out->stride_h
                 + ((gssize) out->k_h - 1) * out->dilation_h + 1 - (gssize) out->h_in;
      gssize w = ((gssize) out->w_out - 1) * out->stride_w
                 + ((gssize) out->k_w - 1) * out->dilation_w + 1 - (gssize) out->w_in;
      gssize extra = strcmp (auto_pad, "SAME_LOWER") == 0 ? 1 : 0;

      out->pad_top = MAX (h, 0) / 2 + (MAX (h, 0) % 2) * extra;
      out->pad_left = MAX (w, 0) / 2 + (MAX (w, 0) % 2) * extra;
    }
  return TRUE;
}

/* Which outputs lie such that place @k of the window is inside the plane: [*begin, *end). */
static void
clip_range (gssize n_out, gssize n_in, gssize stride, gssize shift, gssize *begin, gssize *end)
{
  /* 0 <= o * stride + shift < n_in */
  *begin = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
  *end = n_in - shift <= 0 ? 0 : (n_in - shift + stride - 1) / stride;
  *end = MIN (*end, n_out);
}

void
mien_window_add (const MienWindow *self, gsize ky, gsize kx, const float *dy, float *dx)
{
  gssize shift_y = (gssize) ky * self->dilation_h - self->pad_top;
  gssize shift_x = (gssize) kx * self->dilation_w - self->pad_left;
  gssize y0, y1, x0, x1;

  clip_range ((gssize) self->h_out, (gssize) self->h_in, self->stride_h, shift_y, &y0, &y1);
  clip_range ((gssize) self->w_out, (gssize) self->w_in, self->stride_w, shift_x, &x0, &x1);
  for (gssize oy = y0; oy < y1; oy++)
    {
      const float *d = dy + oy * (gssize) self->w_out;
      gssize row = (oy * self->stride_h + shift_y) * (gssize) self->w_in + shift_x;

      for (gssize ox = x0; ox < x1; ox++)
        dx[row + ox * self->stride_w] += d[ox];
    }
}

void
mien_window_correlate (const MienWindow *self,
                       const float *kernel,
                       const float *x,
                       const float *dy,
                       float *dx,
                       float *dw)
{
  for (gsize ky = 0; ky < self->k_h; ky++)
    for (gsize kx = 0; kx < self->k_w; kx++)
      {
        gssize shift_y = (gssize) ky * self->dilation_h - self->pad_top;
        gssize shift_x = (gssize) kx * self->dilation_w - self->pad_left;
        gssize y0, y1, x0, x1;
        float weight = kernel[ky * self->k_w + kx];
        float sum = 0;

        clip_range ((gssize) self->h_out, (gssize) self->h_in, self->stride_h, shift_y, &y0, &y1);
        clip_range ((gssize) self->w_out, (gssize) self->w_in, self->stride_w, shift_x, &x0, &x1);
        for (gssize oy = y0; oy < y1; oy++)
          {
            const float *d = dy + oy * (gssize) self->w_out;
            gssize row = (oy * self->stride_h + shift_y) * (gssize) self->w_in + shift_x;

            if (dx != NULL)
              for (gssize ox = x0; ox < x1; ox++)
                dx[row + ox * self->stride_w] += weight * d[ox];
            if (dw != NULL)
              for (gssize ox = x0; ox < x1; ox++)
                sum += x[row + ox * self->stride_w] * d[ox];
          }
        if (dw != NULL)
          dw[ky * self->k_w + kx] += sum;
      }
}
