# SPDX-License-Identifier: GPL-2.0-only
#
# The user's and the developer's entry points; `make help` lists them.
#
# The module itself is described in Kbuild, which the kernel's build system
# prefers over this file: `make -C /lib/modules/$(uname -r)/build M=$PWD` and
# DKMS never read what stands here.
#
# All output goes below $(B). A second engineer in the same tree sets
# B=/some/where/else.

B	?= build
export B
prefix	?= /usr/local
DESTDIR	?=
KVER	?= $(shell uname -r)
V	?= 0

# Parallel unless the caller chose (-j, or we are a sub-make).
ifeq ($(MAKELEVEL)$(filter -j% --jobserver%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc 2>/dev/null || echo 2)
endif
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:

Q	= $(if $(filter 1,$(V)),,@)
say	= $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' '$(1)' '$(2)';)

CC	= gcc
CLANG	= clang
AR	= ar
# Quoted names only: kmod/glob.h is not <glob.h>.
INCLUDES = -Iinclude -Iinclude/uapi -iquote userd -iquote kmod -iquote tools/yaguractl
WARN	= -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla
WERROR	= -Werror
DIALECT	= -std=gnu11 -D_GNU_SOURCE $(INCLUDES) $(WARN)
HARDEN	= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
CFLAGS	= -O2 -g
LDFLAGS	= -pie -Wl,-z,relro,-z,now,--as-needed
# msgpack-c's library has a hyphen in its name since version 6.
MSGPACK	:= $(if $(filter /%,$(shell $(CC) -print-file-name=libmsgpack-c.so)),-lmsgpack-c,-lmsgpackc)
LDLIBS	= -luring -llz4 $(MSGPACK) -lyaml -ljansson -lxxhash -lssl -lcrypto -lseccomp -lcurl -lrdkafka -lz -lldns -lncursesw -ltinfo
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FUZZ_CFLAGS = -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FUZZ_SECONDS ?= 5

.PHONY: all
all: user module-here	## programs, and the module if this kernel's headers are here

# ---- programs ---------------------------------------------------------------
# Whatever is not a main() goes into one library, so that tests and fuzzers
# link exactly the code that the programs run.

LIB_SRC	:= $(filter-out userd/main.c,$(wildcard userd/*.c)) \
	   $(filter-out tools/yaguractl/main.c tools/yaguractl/cmd_%.c,$(wildcard tools/yaguractl/*.c)) \
	   $(patsubst %,kmod/%.c,field glob policy_layout policy_item policy_verify policy_key policy_subject \
	     policy_index policy_index_build match breaker protected_list file_caps env_pick payload recent coalesce \
	     budget writer_slot mount_options)
CTL_SRC	:= $(wildcard tools/yaguractl/main.c tools/yaguractl/cmd_*.c)
RECV_SRC := $(wildcard tools/yagura-recv/*.c)
PROGRAMS := $(if $(wildcard userd/main.c),$(B)/yagurad) \
	    $(if $(wildcard tools/yaguractl/main.c),$(B)/yaguractl) \
	    $(if $(RECV_SRC),$(B)/yagura-recv)

-include userd/userd.mk tools/tools.mk

obj	= $(patsubst %.c,$(B)/obj/%.o,$(1))
asan	= $(patsubst %.c,$(B)/asan/%.o,$(1))
fuzzed	= $(patsubst %.c,$(B)/fuzz/obj/%.o,$(1))

.PHONY: user
user: $(PROGRAMS)	## yagurad, yaguractl, yagura-recv

# The object files that each target needs; one link rule serves them all.
$(B)/yagurad: $(call obj,userd/main.c) $(B)/libygr.a
$(B)/yaguractl: $(call obj,$(CTL_SRC)) $(B)/libygr.a
$(B)/yagura-recv: $(call obj,$(RECV_SRC)) $(B)/libygr.a
$(B)/yagurad $(B)/yaguractl $(B)/yagura-recv:
	$(call say,LD,$@)$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/libygr.a: $(call obj,$(LIB_SRC))
$(B)/asan/libygr.a: $(call asan,$(LIB_SRC))
$(B)/fuzz/libygr.a: $(call fuzzed,$(LIB_SRC))
$(B)/libygr.a $(B)/asan/libygr.a $(B)/fuzz/libygr.a:
	$(call say,AR,$@)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

$(B)/obj/%.o: %.c Makefile
	$(call say,CC,$<)mkdir -p $(@D) && \
	$(CC) $(DIALECT) $(WERROR) $(HARDEN) $(CFLAGS) -MMD -MP -c -o $@ $<

$(B)/asan/%.o: %.c Makefile
	$(call say,CC-SAN,$<)mkdir -p $(@D) && \
	$(CC) $(DIALECT) $(WERROR) -O1 -g $(SANITIZE) -MMD -MP -c -o $@ $<

# clang is here for its fuzzer; its taste in warnings is not ours to satisfy.
$(B)/fuzz/obj/%.o: %.c Makefile
	$(call say,CC-FUZZ,$<)mkdir -p $(@D) && \
	$(CLANG) $(DIALECT) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

# ---- the module -------------------------------------------------------------
# Built in a copy of its sources, one per kernel, so that two kernels do not
# fight over object files and the tree stays clean. A copy holding a file that
# the tree no longer has is started afresh.

MODULE_SRC := Kbuild $(shell find kmod include -name '*.[chS]' -o -name 'Kbuild*' -o -name '*.sh' 2>/dev/null | sort)
MODULE_DIR = $(B)/module/$(KVER)
YAGURA_CACHE ?= $(or $(XDG_CACHE_HOME),$(or $(HOME),/root)/.cache)/yagura
KDIR	= $(firstword $(wildcard /lib/modules/$(KVER)/build /usr/src/linux-headers-$(KVER) \
	  $(YAGURA_CACHE)/kernels/$(KVER)/build))

.PHONY: module module-here
module: $(MODULE_DIR)/yagura.ko	## yagura.ko for KVER (default: the running kernel)

module-here:
	@if [ ! -f Kbuild ] || [ ! -e '$(KDIR)/Makefile' ]; then \
		echo "  SKIP    module: no headers of kernel $(KVER) here (make module KVER=...)"; \
	else $(MAKE) --no-print-directory module; fi

# A test kernel that was built anew is another one under the same name.
KERNEL_CONFIG = $(wildcard $(KDIR)/include/generated/autoconf.h)

$(MODULE_DIR)/yagura.ko: $(MODULE_SRC) tests/setup/sync-module $(KERNEL_CONFIG)
	$(Q)test -e '$(KDIR)/Makefile' || { echo "no kernel headers for KVER=$(KVER)" >&2; exit 1; }
	$(call say,SYNC,$(MODULE_DIR))tests/setup/sync-module $(MODULE_DIR) $(MODULE_SRC)
	+$(call say,KBUILD,$@)$(kbuild) M=$(abspath $(MODULE_DIR)) modules

# A kernel whose compiler is that of another Debian release is built for in the root of that one.
OTHER_ROOT = $(file <$(YAGURA_CACHE)/kernels/$(KVER)/root)
kbuild	= $(if $(OTHER_ROOT),tests/setup/in-root $(OTHER_ROOT) make,$(MAKE)) --no-print-directory $(if $(filter 1,$(V)),V=1,-s) -C $(KDIR)

# tests/guest/NAME/Kbuild makes NAME.ko, which a guest test finds in /t. There too is the
# module itself with a certificate built in, whose key the test has, if the kernel can make use of it.
# And the module that knows no series of kernels that anybody still has, and takes a function for another.
GUEST_KO = $(UNKNOWN_DIR).ko $(patsubst tests/guest/%/Kbuild,$(B)/guest-module/$(KVER)/%.ko,$(wildcard tests/guest/*/Kbuild)) \
	   $(if $(shell grep -s '^CONFIG_SYSTEM_DATA_VERIFICATION=y' $(KDIR)/include/config/auto.conf),$(SIGNED_DIR).ko)
SIGNED_DIR = $(B)/guest-module/$(KVER)/yagura-signed
UNKNOWN_DIR = $(B)/guest-module/$(KVER)/yagura-unknown
GUEST_CERT = $(B)/guest-cert/policy.pem $(B)/guest-cert/other.pem

.PHONY: guest-modules
guest-modules: $(GUEST_KO) $(GUEST_CERT)
$(B)/guest-module/$(KVER)/%.ko: tests/guest/%/Kbuild $(wildcard tests/guest/*/*.[ch]) $(wildcard kmod/compat/*.h) $(KERNEL_CONFIG)
	+$(call say,KBUILD,$@)mkdir -p $(@:.ko=) && cp -pu tests/guest/$*/* $(@:.ko=)/ && \
	$(kbuild) M=$(abspath $(@:.ko=)) YGR_TOP=$(CURDIR) modules && cp $(@:.ko=)/$*.ko $@

$(SIGNED_DIR).ko: $(MODULE_SRC) $(B)/guest-cert/policy.der tests/setup/sync-module $(KERNEL_CONFIG)
	$(Q)tests/setup/sync-module $(SIGNED_DIR) $(MODULE_SRC)
	+$(call say,KBUILD,$@)$(kbuild) M=$(abspath $(SIGNED_DIR)) \
	YGR_POLICY_CERT=$(abspath $(B)/guest-cert/policy.der) modules && \
	cp $(SIGNED_DIR)/yagura.ko $@

$(UNKNOWN_DIR).ko: $(MODULE_SRC) tests/setup/sync-module $(KERNEL_CONFIG)
	$(Q)tests/setup/sync-module $(UNKNOWN_DIR) $(MODULE_SRC)
	$(Q)cd $(UNKNOWN_DIR)/kmod/compat && taken_for='IS(security_path_link, int (struct' && \
	{ grep -q "$$taken_for inode" prototypes.h || sed -i "s/$$taken_for dentry/$$taken_for inode/" prototypes.h; } && \
	grep -q "$$taken_for inode" prototypes.h
	+$(call say,KBUILD,$@)$(kbuild) M=$(abspath $(UNKNOWN_DIR)) \
	YGR_KNOWN_SERIES='KERNEL_VERSION(2,4,0)' modules && \
	cp $(UNKNOWN_DIR)/yagura.ko $@

$(B)/guest-cert/%.pem:
	$(call say,CERT,$@)mkdir -p $(@D) && openssl req -x509 -newkey rsa:2048 -nodes -days 36500 \
	-subj "/CN=Yagura test: $*" -keyout $(@:.pem=.key) -out $@ 2>$@.log
$(B)/guest-cert/%.der: $(B)/guest-cert/%.pem
	$(Q)openssl x509 -in $< -outform DER -out $@

# ---- tests ------------------------------------------------------------------

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_AUX := $(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c)) tests/conformance/cases.c
UNIT	:= $(patsubst tests/unit/%.c,$(B)/unit/%,$(UNIT_SRC))
FUZZ	:= $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
GUEST_SRC := $(wildcard tests/guest/test_*.c)
PROG_SRC := $(wildcard tests/guest/prog_*.c)
GUEST_AUX := $(filter-out $(GUEST_SRC) $(PROG_SRC),$(wildcard tests/guest/*.c)) \
	     tests/unit/policy_draft.c tests/unit/policy_mistakes.c tests/conformance/cases.c
GUEST	:= $(patsubst tests/guest/%.c,$(B)/guest/%,$(GUEST_SRC) $(PROG_SRC)) $(B)/guest/prog_32 $(B)/guest/prog_x32

.PHONY: unit-programs unit fuzz-programs fuzz-smoke guest-programs vm-init
unit-programs: $(UNIT)
$(UNIT): $(B)/unit/%: $(B)/asan/tests/unit/%.o $(call asan,$(UNIT_AUX)) $(B)/asan/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(SANITIZE) -o $@ $^ -Wl,--as-needed -lcmocka $(LDLIBS) -lm -lpthread

unit:	## unit tests, with address and undefined-behaviour sanitizers
	$(Q)tests/run-all --logs $(B)/logs unit

fuzz-programs: $(FUZZ)
$(FUZZ): $(B)/fuzz/%: $(B)/fuzz/obj/tests/fuzz/%.o $(call fuzzed,$(patsubst %,tests/unit/policy_%.c,draft built random)) $(B)/fuzz/libygr.a
	$(call say,LD,$@)$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ -Wl,--as-needed $(LDLIBS) -lpthread

fuzz-smoke:	## each fuzzer for FUZZ_SECONDS (5)
	$(Q)tests/run-all --logs $(B)/logs fuzz

guest-programs: vm-init $(GUEST)
$(B)/guest/test_%: $(B)/obj/tests/guest/test_%.o $(call obj,$(GUEST_AUX)) $(B)/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS) -lpthread

# It plays a name server.
$(B)/guest/test_names: $(call obj,tests/unit/dns_packet.c)

.PHONY: bench-programs
bench-programs: vm-init $(B)/bench/bench_hooks $(B)/bench/peer.bpf.o $(B)/guest/prog_exit
$(B)/bench/bench_hooks: $(call obj,$(wildcard tests/bench/*.c tests/guest/guest*.c tests/guest/daemon*.c) \
	$(addprefix tests/guest/,operate.c far_end.c command.c)) $(B)/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS) -lbpf -lpthread

# Hooks that do less than the real ones.
.PHONY: bench-module
bench-module: $(B)/bench/module-$(KVER)/ygr_bench.ko
$(B)/bench/module-$(KVER)/ygr_bench.ko: $(MODULE_SRC) $(wildcard tests/bench/module/*) $(KERNEL_CONFIG)
	+$(call say,KBUILD,$@)mkdir -p $(@D) && cp -ru kmod include tests/bench/module/. $(@D)/ && \
	$(kbuild) M=$(abspath $(@D)) modules

# For the guest's kernel, whichever it is: what differs is settled when it is loaded.
$(B)/bench/%.bpf.o: tests/bench/bpf/%.bpf.c $(wildcard tests/bench/bpf/*.h) Makefile
	$(call say,BPF,$@)mkdir -p $(@D) && $(CLANG) -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 \
	-std=gnu11 -O2 -g -Wall -Wextra -Wno-unused-parameter -Werror -Iinclude/uapi \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

NATIVE_BENCH := $(call obj,$(wildcard tests/bench/native/*.c) tests/unit/ring_fake.c)
$(B)/bench/native: $(NATIVE_BENCH) $(B)/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lpthread

$(B)/bench/events: $(call obj,tests/bench/events/bench_events.c) $(B)/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lpthread

$(B)/conformance/table: $(call obj,tests/conformance/table.c tests/conformance/cases.c) $(B)/libygr.a
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/demo/intruder: $(B)/obj/tests/demo/intruder.o
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) $(LDFLAGS) -o $@ $^ -luring

# What a test executes, drops or feeds to io_uring: static, so that the guest
# needs no library to be in place for it.
$(B)/guest/prog_%: $(B)/obj/tests/guest/prog_%.o
	$(call say,LD,$@)mkdir -p $(@D) && $(CC) -static -o $@ $^ $(PROG_LIBS)
$(B)/guest/prog_play: PROG_LIBS = -luring

# Of other ABIs, for which this machine has no library, and needs none.
$(B)/guest/prog_32: ABI = -m32
$(B)/guest/prog_x32: ABI = -mx32
$(B)/guest/prog_32 $(B)/guest/prog_x32: tests/guest/abi/story.c tests/guest/abi/story.h Makefile
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(ABI) -std=gnu11 $(WARN) $(WERROR) -O2 -ffreestanding \
	-fno-pie -fno-stack-protector -fcf-protection=none -static -no-pie -nostdlib -o $@ $<

vm-init: $(B)/vm/init
$(B)/vm/init: tests/vm/init.c Makefile
	$(call say,CC,$@)mkdir -p $(@D) && $(CC) $(DIALECT) $(WERROR) $(CFLAGS) -static -o $@ $<

kmod/compat/series.h: tests/setup/kernels tests/setup/known-series tests/setup/env.sh
	$(call say,GEN,$@)tests/setup/known-series > $@

docs/MAPPINGS.md: $(B)/yaguractl	## the page of field mappings, from their tables
	$(call say,GEN,$@)$(B)/yaguractl mappings > $@

.PHONY: setup test test-long test-kunit test-debug test-vm test-matrix test-install demo bench bench-native
setup:	## install what building and testing need (Debian 12)
	$(Q)tests/setup/install-packages

test:	## everything: set up, build, unit, fuzz, both kernels in QEMU
	$(Q)tests/run-all --logs $(B)/logs all

test-long: export YAGURA_LONG = 1
test-long:	## the same with the long variants and the KUnit suite
	$(Q)tests/run-all --logs $(B)/logs all

test-kunit:	## build a UML kernel if none is cached, and run the KUnit suite in it
	$(Q)tests/run-all --logs $(B)/logs kunit

test-debug:	## the guest suite on a kernel with KASAN, lockdep, kmemleak (built if none is cached)
	$(Q)tests/run-all --logs $(B)/logs debug

test-vm:	## the guest suite on both kernels
	$(Q)tests/run-all --logs $(B)/logs module guest

test-matrix:	## every kernel of tests/setup/kernels: fetched, built for, booted; writes docs/KERNELS.md
	$(Q)tests/run-all --logs $(B)/logs matrix

test-install:	## on Debian machines with systemd: make install, the packages, upgrades, removal (root)
	$(Q)tests/run-all --logs $(B)/logs install

demo:	## a small intrusion in a VM, seen from the receiver's end
	$(Q)tests/demo/run

bench-native: $(B)/bench/native	## the reader's speed and density, beside memcpy and LZ4
	$(Q)tests/bench/native/run $<

.PHONY: bench-events
bench-events: $(B)/bench/events user	## what reading a spool costs: filters and formats
	$(Q)tests/bench/events/run $<

bench:	## every figure of docs/: instructions per event beside what else there is (-icount, both kernels), and the reader's speed
	$(Q)tests/bench/run
	$(Q)$(MAKE) --no-print-directory bench-native
	$(Q)$(MAKE) --no-print-directory bench-events

.PHONY: bench-quick bench-compare
bench-quick:	## a few of these figures, on one kernel, in a minute or two; no table is written
	$(Q)tests/bench/run --only quick,find --to $(B)/bench/quick 6.12
	$(Q)tests/bench/added $(B)/bench/quick

bench-compare:	## whether BASE=commit|folder adds less than NEW (default: this tree); fails if so
	$(Q)tests/bench/compare $(BASE) $(NEW)

# ---- installation -----------------------------------------------------------

VERSION	= $(shell sed -n 's/^PACKAGE_VERSION="\{0,1\}\([^"]*\)"\{0,1\}/\1/p' dkms.conf 2>/dev/null)
DKMS_DIR = $(DESTDIR)/usr/src/yagura-$(VERSION)
unitdir	?= $(prefix)/lib/systemd/system
# /usr/bin where the two are one (Fedora, from 42 on).
sbindir	?= $(prefix)/sbin
UNITS	= userd/yagurad.service tools/yaguractl/yagura-policy.service tools/yaguractl/yagura-policy-early.service \
	  tools/yagura-boot/yagura-module.service tools/yagura-boot/yagura-boot-done.service
# man8/yagurad.8 ...
MAN_PAGES = $(foreach page,$(notdir $(wildcard docs/man/*)),man$(patsubst .%,%,$(suffix $(page)))/$(page))

.PHONY: install install-dkms uninstall clean help
install: user install-dkms	## programs, manual pages, units, DKMS source (DESTDIR, prefix)
	install -d $(DESTDIR)$(sbindir) $(DESTDIR)$(prefix)/bin
	install -m 755 $(B)/yagurad $(B)/yaguractl tools/yagura-upgrade/yagura-upgrade tools/yagura-boot/yagura-boot \
		$(DESTDIR)$(sbindir)/
	install -m 755 $(B)/yagura-recv $(DESTDIR)$(prefix)/bin/
	for page in $(MAN_PAGES); do \
		install -D -m 644 docs/man/$${page##*/} $(DESTDIR)$(prefix)/share/man/$$page || exit; done
	install -d $(DESTDIR)$(prefix)/share/bash-completion/completions
	install -m 644 tools/yaguractl/completion.bash \
		$(DESTDIR)$(prefix)/share/bash-completion/completions/yaguractl
	install -d $(DESTDIR)$(unitdir)
	for unit in $(UNITS); do \
		sed 's,/usr/local/sbin,$(sbindir),g' $$unit >$(DESTDIR)$(unitdir)/$${unit##*/} || exit; done
	install -d $(DESTDIR)$(prefix)/lib/sysusers.d
	install -m 644 userd/yagurad.sysusers $(DESTDIR)$(prefix)/lib/sysusers.d/yagurad.conf
	# By which the module was loaded before yagura-module.service was.
	rm -f $(DESTDIR)$(prefix)/lib/modules-load.d/yagura.conf
	install -d $(DESTDIR)$(prefix)/share/doc/yagura
	install -m 644 docs/policy.schema.json $(DESTDIR)$(prefix)/share/doc/yagura/
	for file in $(shell cd docs/examples && find * -type f); do \
		install -D -m 644 docs/examples/$$file $(DESTDIR)$(prefix)/share/doc/yagura/examples/$$file || exit; done

# Only the module: `dkms add yagura/VERSION` takes it from there.
install-dkms:	## the module's source for DKMS, in /usr/src (DESTDIR)
	tests/setup/sync-module $(DKMS_DIR) $(MODULE_SRC) dkms.conf LICENSE

.PHONY: deb
deb:	## Debian packages in $(B)/deb (VERSION=... for another version than the tree's)
	tools/packaging/build-deb $(B)/deb $(VERSION)

.PHONY: rpm
rpm:	## RPM packages in $(B)/rpm (VERSION=... for another version than the tree's)
	tools/packaging/build-rpm $(B)/rpm $(VERSION)

uninstall:	## remove what install put there
	rm -f $(addprefix $(DESTDIR)$(sbindir)/,yagurad yaguractl yagura-upgrade yagura-boot) \
		$(addprefix $(DESTDIR)$(prefix)/,bin/yagura-recv $(addprefix share/man/,$(MAN_PAGES)) \
		share/bash-completion/completions/yaguractl \
		lib/modules-load.d/yagura.conf lib/sysusers.d/yagurad.conf)
	rm -rf $(DESTDIR)$(prefix)/share/doc/yagura $(DKMS_DIR) \
		$(addprefix $(DESTDIR)$(unitdir)/,$(notdir $(UNITS)))

clean:	## remove the build directory
	rm -rf $(B)

help:	## this list
	@sed -n 's/^\([a-z-]*\):[^=#]*##[[:space:]]*\(.*\)/  \1\t\2/p' Makefile | expand -t 16

-include $(shell find $(B)/obj $(B)/asan $(B)/fuzz -name '*.d' 2>/dev/null)
