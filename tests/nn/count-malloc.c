/* The allocator of the C library behind a counter. Under a sanitizer, which brings its own, the
 * counter is that one's hook.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "count-malloc.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

static _Atomic unsigned long n_calls;

unsigned long
count_mallocs (void)
{
  return atomic_load (&n_calls);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif

#ifdef HAS_SANITIZER

void __sanitizer_malloc_hook (const volatile void *ptr, size_t size);

void
__sanitizer_malloc_hook (const volatile void *ptr, size_t size)
{
  atomic_fetch_add (&n_calls, 1);
}

#else

void *__libc_malloc (size_t size);
void *__libc_calloc (size_t n, size_t size);
void *__libc_realloc (void *ptr, size_t size);
void *__libc_memalign (size_t align, size_t size);

void *
malloc (size_t size)
{
  atomic_fetch_add (&n_calls, 1);
  return __libc_malloc (size);
}

void *
calloc (size_t n, size_t size)
{
  atomic_fetch_add (&n_calls, 1);
  return __libc_calloc (n, size);
}

void *
realloc (void *ptr, size_t size)
{
  atomic_fetch_add (&n_calls, 1);
  return __libc_realloc (ptr, size);
}

void *
aligned_alloc (size_t align, size_t size)
{
  atomic_fetch_add (&n_calls, 1);
  return __libc_memalign (align, size);
}

int
posix_memalign (void **ptr, size_t align, size_t size)
{
  atomic_fetch_add (&n_calls, 1);
  *ptr = __libc_memalign (align, size);
  return *ptr != NULL ? 0 : ENOMEM;
}

#endif
