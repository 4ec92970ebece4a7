/* Memory for the first seconds of a window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* Has the C library ask for the heap in one piece of large pages, where the system has them: GTK
 * makes a window of hundreds of thousands of small blocks, and a page of 4 KiB at a time costs the
 * kernel a fault for each. To be called first in main; nothing where it does not apply. */
void mien_heap_prepare (void);
