// SPDX-License-Identifier: GPL-2.0-only
#include <elf.h>
#include <linux/fsverity.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "conformance_program.h"

/* The smallest program that ends with PROGRAM_RAN. What stands behind it makes it another file. */
struct program {
	Elf64_Ehdr head;
	Elf64_Phdr load;
	uint8_t	 code[12];
	char	 variant;
};

#define PROGRAM_BYTES	(sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr) + 12)
#define PROGRAM_AT	0x400000

static const struct program program = {
	.head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC, .e_machine = EM_X86_64, .e_version = EV_CURRENT,
		.e_entry = PROGRAM_AT + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
		.e_phoff = sizeof(Elf64_Ehdr), .e_ehsize = sizeof(Elf64_Ehdr),
		.e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1,
	},
	.load = {
		.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = PROGRAM_AT, .p_paddr = PROGRAM_AT,
		.p_filesz = PROGRAM_BYTES, .p_memsz = PROGRAM_BYTES, .p_align = 0x1000,
	},
	/* mov $60, %eax; mov $PROGRAM_RAN, %edi; syscall: exit() */
	.code = { 0xb8, 60, 0, 0, 0, 0xbf, PROGRAM_RAN, 0, 0, 0, 0x0f, 0x05 },
};

_Static_assert(offsetof(struct program, variant) == PROGRAM_BYTES, "the variant stands behind it");

static void sha256_of(char variant, uint8_t digest[32])
{
	struct program bytes = program;

	bytes.variant = variant;
	SHA256((const uint8_t *)&bytes, PROGRAM_BYTES + 1, digest);
}

/* As fs-verity does it of a file that fits into one block. */
static void verity_of(char variant, uint8_t digest[32])
{
	struct fsverity_descriptor_bytes {
		uint8_t	 version, hash_algorithm, log_blocksize, salt_bytes;
		uint32_t reserved;
		uint64_t data_bytes;
		uint8_t	 root[64];
		uint8_t	 salt[32];
		uint8_t	 reserved2[144];
	} descriptor = {
		.version = 1, .hash_algorithm = FS_VERITY_HASH_ALG_SHA256, .log_blocksize = 12,
		.data_bytes = PROGRAM_BYTES + 1,
	};
	uint8_t block[4096] = { 0 };

	memcpy(block, &program, PROGRAM_BYTES);
	block[PROGRAM_BYTES] = (uint8_t)variant;
	SHA256(block, sizeof(block), descriptor.root);
	SHA256((const uint8_t *)&descriptor, sizeof(descriptor), digest);
}

static bool has_digest(char variant, const uint8_t *want, void (*digest_of)(char, uint8_t *))
{
	uint8_t digest[32];

	if (!want)
		return true;
	digest_of(variant, digest);
	return !memcmp(digest, want, sizeof(digest));
}

bool program_find(const uint8_t *sha256, const uint8_t *verity, char *variant)
{
	if (!sha256 && !verity) {
		*variant = PROGRAM_PLAIN;
		return true;
	}
	for (*variant = 'a'; *variant <= 'z'; ++*variant)
		if (has_digest(*variant, sha256, sha256_of) && has_digest(*variant, verity, verity_of))
			return true;
	return false;
}

bool program_write(int fd, char variant)
{
	struct program bytes = program;
	const size_t nr = PROGRAM_BYTES + (variant == PROGRAM_PLAIN ? 0 : 1);

	bytes.variant = variant;
	return write(fd, &bytes, nr) == (ssize_t)nr;
}
