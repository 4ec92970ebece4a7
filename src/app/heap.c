/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "app/heap.h"

#include <stdint.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>
#endif

#define HUGE_PAGE ((uintptr_t) 2 << 20)
#define FIRST (24 << 20) /* a window with a film has about that much in small blocks */

void
mien_heap_prepare (void)
{
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
  uintptr_t begin = ((uintptr_t) sbrk (0) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE, end;
  void *volatile block; /* else the compiler sees that nobody needs it */

  /* Where the C library itself ends up after some large blocks were freed; said here it stays as it
   * is, and the block below is of the heap. */
  mallopt (M_MMAP_THRESHOLD, 32 << 20);
  mallopt (M_TRIM_THRESHOLD, 64 << 20);
  block = malloc (FIRST);
  free (block);
  end = (uintptr_t) sbrk (0) / HUGE_PAGE * HUGE_PAGE;
  if (begin < end)
    madvise ((void *) begin, end - begin, MADV_HUGEPAGE);
#endif
}
