/*
 * What libdeflate needs from outside: memory, which only grows. A compressor is kept for ever; contents lie behind it for the time of
 * one call, so that nothing need be freed.
 */
#include "libdeflate.h"

#define PAGE 65536

extern unsigned char __heap_base;

static size_t used;

/* Where so many bytes are free until the next call. NULL when there is no more memory. */
void *room(size_t size)
{
	size_t there = __builtin_wasm_memory_size(0) * PAGE;
	size_t end;

	if (used == 0)
		used = (size_t)&__heap_base;
	end = used + size;
	if (end < size)
		return NULL;
	if (end > there && __builtin_wasm_memory_grow(0, (end - there + PAGE - 1) / PAGE) == (size_t)-1)
		return NULL;
	return (void *)used;
}

static void *keep(size_t size)
{
	void *place = room(size);

	if (place)
		used += (size + 15) & ~(size_t)15;
	return place;
}

static void let_go(void *place)
{
	(void)place;
}

/* A compressor of a level from 1 to 12, for as long as the module lives. NULL when there is no more memory. */
struct libdeflate_compressor *compressor(int level)
{
	struct libdeflate_options options = {
		.sizeof_options = sizeof(options),
		.malloc_func = keep,
		.free_func = let_go,
	};

	return libdeflate_alloc_compressor_ex(level, &options);
}
