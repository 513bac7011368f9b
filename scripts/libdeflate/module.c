/*
 * libdeflate as a WebAssembly module: what it needs from outside, which is memory that only grows, and a compressor of pieces of a
 * stream. A compressor is kept for ever; contents lie behind it for the time of one call, so that nothing need be freed.
 */
#include <stdbool.h>

/* What build.mjs has libdeflate ask before it marks a block as the last of the stream. */
static bool more_follows;

#include "lib/deflate_compress.c"

#define PAGE 65536
/* Those above take many times as long. They write blocks in another way, too. */
#define MAX_LEVEL 9

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

/* A compressor of a level from 1 to 9, for as long as the module lives. NULL when there is no more memory. */
struct libdeflate_compressor *compressor(int level)
{
	struct libdeflate_options options = {
		.sizeof_options = sizeof(options),
		.malloc_func = keep,
		.free_func = let_go,
	};

	return level > MAX_LEVEL ? NULL : libdeflate_alloc_compressor_ex(level, &options);
}

/* Compresses a whole stream. Returns its size, and 0 when there is not enough room for it. */
size_t compress(struct libdeflate_compressor *c, const void *in, size_t in_nbytes, void *out, size_t out_nbytes_avail)
{
	more_follows = false;
	return libdeflate_deflate_compress(c, in, in_nbytes, out, out_nbytes_avail);
}

/*
 * Compresses a piece of a stream that others follow, into what ends with a byte: an empty stored block is put behind it (RFC 1951, 3.2.4),
 * as zlib does for Z_SYNC_FLUSH. Returns its size, and 0 when there is not enough room for it. The piece must be longer than what libdeflate
 * passes through, which no compressor does from 64 bytes on.
 */
size_t compress_piece(struct libdeflate_compressor *c, const void *in, size_t in_nbytes, void *out, size_t out_nbytes_avail)
{
	struct deflate_output_bitstream os = {
		.next = out,
		.end = (u8 *)out + out_nbytes_avail,
	};
	unsigned bits;

	if (in_nbytes < 64)
		return 0;
	more_follows = true;
	(*c->impl)(c, in, in_nbytes, &os);
	/* Up to two bytes hold the bits that are left and the three of the stored block's header, all of them zero; four more its length. */
	if (os.overflow || os.end - os.next < 6)
		return 0;
	for (bits = os.bitcount + 3; bits > 0; bits = bits > 8 ? bits - 8 : 0) {
		*os.next++ = (u8)os.bitbuf;
		os.bitbuf >>= 8;
	}
	*os.next++ = 0;
	*os.next++ = 0;
	*os.next++ = 0xff;
	*os.next++ = 0xff;
	return os.next - (u8 *)out;
}
