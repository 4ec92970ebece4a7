/* Words of the pictures of a network, for the catalogues: the rooms below have no language.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#include <glib/gi18n.h>

/* What mien_sweep_get_unit(), the series of a sweep and mien_factor_get_unit() give, and what the
 * usual labelled pictures are called; never compiled in, only read by xgettext. */
#define MIEN_NETWORK_WORDS                                                                         \
  N_ ("part of the side"), N_ ("factor"), N_ ("degrees"), N_ ("part of the range"),                \
      N_ ("exponent"), N_ ("strength and side"), N_ ("deviation, part of the side"),               \
      N_ ("deviation, part of the range"), N_ ("quality"), N_ ("place in reading order"),          \
      N_ ("right"), N_ ("down"), N_ ("0 dark, 1 white"), N_ ("pixels"),                            \
      N_ ("PrivateTest, protocol majority, without copies"),                                       \
      N_ ("PrivateTest, protocol fer2013, without copies")
