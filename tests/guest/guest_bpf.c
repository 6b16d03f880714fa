// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "guest_bpf.h"

#define VMLINUX_BTF	"/sys/kernel/btf/vmlinux"

static int bpf(enum bpf_cmd cmd, union bpf_attr *attr)
{
	int fd = syscall(SYS_bpf, cmd, attr, sizeof(*attr));

	return fd < 0 ? -errno : fd;
}

/* What follows the common head of a BTF type. */
static size_t type_tail_bytes(const struct btf_type *type)
{
	size_t nr = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return sizeof(uint32_t);
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return nr * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return nr * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return nr * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return nr * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return nr * sizeof(struct btf_var_secinfo);
	default:
		return 0;
	}
}

static int find_function(const uint8_t *btf, const char *name)
{
	const struct btf_header *header = (const void *)btf;
	const uint8_t *types = btf + header->hdr_len + header->type_off;
	const uint8_t *end = types + header->type_len;
	const char *strings = (const char *)btf + header->hdr_len + header->str_off;

	for (int id = 1; types < end; id++) {
		const struct btf_type *type = (const void *)types;

		if (BTF_INFO_KIND(type->info) == BTF_KIND_FUNC &&
		    !strcmp(strings + type->name_off, name))
			return id;
		types += sizeof(*type) + type_tail_bytes(type);
	}
	return -ENOENT;
}

/* Return: the id of the function in the kernel's BTF, or -errno. */
static int function_id(const char *name)
{
	int fd = open(VMLINUX_BTF, O_RDONLY | O_CLOEXEC), ret = -ENOMEM;
	struct stat st;
	uint8_t *btf;
	size_t len = 0;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	btf = malloc(st.st_size);
	while (btf && n > 0 && len < (size_t)st.st_size) {
		n = read(fd, btf + len, st.st_size - len);
		len += n > 0 ? n : 0;
	}
	close(fd);
	if (btf)
		ret = len == (size_t)st.st_size ? find_function(btf, name) : -EIO;
	free(btf);
	return ret;
}

static int create_counter(void)
{
	union bpf_attr attr = {
		.map_type = BPF_MAP_TYPE_ARRAY,
		.key_size = sizeof(uint32_t),
		.value_size = sizeof(uint64_t),
		.max_entries = 1,
		.map_flags = BPF_F_MMAPABLE,
	};

	return bpf(BPF_MAP_CREATE, &attr);
}

static int load_program(int map_fd, int btf_id, enum bpf_attach_type type)
{
	const struct bpf_insn insns[] = {
		/* r1 = &counter; r2 = 1; atomic *r1 += r2; return 0 */
		{ .code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = map_fd },
		{ 0 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 1 },
		{ .code = BPF_STX | BPF_ATOMIC | BPF_DW, .dst_reg = BPF_REG_1,
		  .src_reg = BPF_REG_2, .imm = BPF_ADD },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = {
		.prog_type = type == BPF_LSM_MAC ? BPF_PROG_TYPE_LSM : BPF_PROG_TYPE_TRACING,
		.expected_attach_type = type,
		.attach_btf_id = btf_id,
		.insns = (uintptr_t)insns,
		.insn_cnt = sizeof(insns) / sizeof(insns[0]),
		.license = (uintptr_t)"GPL",
	};

	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach(int prog_fd)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = prog_fd };

	return bpf(BPF_RAW_TRACEPOINT_OPEN, &attr);
}

int guest_bpf_attach(struct guest_bpf *bpf_prog, const char *function, enum bpf_attach_type type)
{
	int btf_id = function_id(function), map_fd, prog_fd, link_fd;
	void *counter;

	if (btf_id < 0)
		return btf_id;
	map_fd = create_counter();
	if (map_fd < 0)
		return map_fd;
	counter = mmap(NULL, 4096, PROT_READ, MAP_SHARED, map_fd, 0);
	if (counter == MAP_FAILED) {
		link_fd = -errno;
		goto out_map;
	}
	prog_fd = load_program(map_fd, btf_id, type);
	if (prog_fd < 0) {
		link_fd = prog_fd;
		goto out_counter;
	}
	link_fd = attach(prog_fd);
	if (link_fd < 0)
		goto out_prog;
	*bpf_prog = (struct guest_bpf){ map_fd, prog_fd, link_fd, counter };
	return 0;

out_prog:
	close(prog_fd);
out_counter:
	munmap(counter, 4096);
out_map:
	close(map_fd);
	return link_fd;
}

void guest_bpf_detach(struct guest_bpf *bpf_prog)
{
	close(bpf_prog->link_fd);
	close(bpf_prog->prog_fd);
	munmap((void *)bpf_prog->count_nr, 4096);
	close(bpf_prog->map_fd);
}
