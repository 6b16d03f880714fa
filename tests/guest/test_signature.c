// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signed policies: whose signature is taken and in what form, and that an old policy does
 * not come back. yagura-signed.ko has the certificate policy.pem built in; the keys of that one
 * and of another are here.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <openssl/cms.h>
#include <openssl/pem.h>

#include <yagura/ygr_policy.h>

#include "command.h"
#include "guest_assert.h"
#include "operate.h"

#define MODULE		"/t/yagura-signed.ko"
#define REQUIRE		"require_signed_policy=Y"
#define POLICY_KEY	"/t/policy.key"
#define POLICY_CERT	"/t/policy.pem"
#define OTHER_KEY	"/t/other.key"
#define OTHER_CERT	"/t/other.pem"

#define PATH		"/tmp/signature"
#define POLICY(serial)	"version: 1\nname: signed\nserial: " #serial "\nrules:\n" \
	"  - { name: r, on: open-write, where: { path: " PATH " }, do: deny }\n"

/* As yaguractl signs. */
#define PLAIN		(CMS_DETACHED | CMS_BINARY | CMS_NOCERTS | CMS_NOATTR | CMS_NOSMIMECAP)

struct bytes {
	uint8_t *at;
	size_t nr;
};

static struct bytes compile(const char *yaml)
{
	struct bytes blob;
	void *at;

	guest_policy_compile(yaml, &at, &blob.nr);
	blob.at = at;
	return blob;
}

static struct bytes sign(const struct bytes *blob, const char *key_path, const char *cert_path,
			 unsigned int flags)
{
	FILE *key_file = fopen(key_path, "re"), *cert_file = fopen(cert_path, "re");
	struct bytes signature = { 0 };
	CMS_ContentInfo *cms;
	EVP_PKEY *key;
	X509 *cert;
	BIO *in;
	int len;

	assert_true(key_file && cert_file);
	key = PEM_read_PrivateKey(key_file, NULL, NULL, NULL);
	cert = PEM_read_X509(cert_file, NULL, NULL, NULL);
	in = BIO_new_mem_buf(blob->at, (int)blob->nr);
	cms = CMS_sign(cert, key, NULL, in, flags);
	assert_non_null(cms);
	len = i2d_CMS_ContentInfo(cms, &signature.at);
	assert_true(len > 0);
	signature.nr = len;
	CMS_ContentInfo_free(cms);
	BIO_free(in);
	X509_free(cert);
	EVP_PKEY_free(key);
	fclose(cert_file);
	fclose(key_file);
	return signature;
}

/* Return: errno; *load as it came back. */
static int load_as(const struct guest *guest, const struct bytes *blob, const struct bytes *signature,
		   struct ygr_policy_load *load)
{
	load->blob = (uintptr_t)blob->at;
	load->blob_bytes = blob->nr;
	load->signature = (uintptr_t)signature->at;
	load->signature_bytes = signature->nr;
	return ioctl(guest->fd, YGR_IOC_POLICY_LOAD, load) ? errno : 0;
}

/* Compiles, signs and loads. Return: 0 or the error code of a rejected key; other errors fail. */
static uint32_t load_signed(const struct guest *guest, const char *yaml, uint32_t confirm_s)
{
	struct ygr_policy_load load = {
		.expect_generation = YGR_GENERATION_ANY, .confirm_s = confirm_s,
	};
	struct bytes blob = compile(yaml), signature = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);
	int error = load_as(guest, &blob, &signature, &load);

	if (error && error != EKEYREJECTED)
		fail_msg("load: %s, code %u at %u", strerror(error), load.error_code, load.error_offset);
	assert_int_equal(!error, !load.error_code);
	free(signature.at);
	free(blob.at);
	return load.error_code;
}

static int open_error(void)
{
	int fd = open(PATH, O_WRONLY);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* ---- where signatures are required ---- */

static void it_says_so(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(guest->info.features & YGR_FEATURE_SIGNED, YGR_FEATURE_SIGNED);
}

/* The first policy, so that its being refused leaves none. */
static void unsigned_it_is_refused(void **state)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(0)), none = { 0 };

	assert_int_equal(load_as(guest, &blob, &none, &load), EKEYREJECTED);
	assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
	assert_int_equal(load.error_offset, 0);
	assert_int_equal(operate_state(guest).generation, 0);
	assert_int_equal(open_error(), 0);
	free(blob.at);
}

static void signed_it_is_in_force(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(load_signed(guest, POLICY(1), 0), YGR_POLICY_OK);
	assert_int_equal(operate_state(guest).serial, 1);
	assert_int_equal(open_error(), EPERM);
}

/* Each byte of it counts: one bit of each in turn, of the policy and of its signature. */
static void tampered_with_it_is_refused(void **state)
{
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(1)), signature = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);
	uint64_t generation = operate_state(guest).generation;

	for (size_t i = 0; i < blob.nr; i++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };

		blob.at[i] ^= 1 << i % 8;
		assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
		assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
		blob.at[i] ^= 1 << i % 8;
	}
	/* The signature proper are its last 256 bytes; before them, some may say the same in two ways. */
	for (size_t i = signature.nr - 256; i < signature.nr; i++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };

		signature.at[i] ^= 1 << i % 8;
		assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
		assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
		signature.at[i] ^= 1 << i % 8;
	}
	assert_int_equal(operate_state(guest).generation, generation);
	free(signature.at);
	free(blob.at);
}

/* Whatever else may stand there: cut, garbage, too long. */
static void what_is_no_signature_is_refused(void **state)
{
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(1)), whole = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);
	struct bytes signature = { calloc(1, YGR_POLICY_SIGNATURE_MAX), 0 };

	assert_non_null(signature.at);
	memcpy(signature.at, whole.at, whole.nr);
	for (signature.nr = 1; signature.nr < whole.nr; signature.nr++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };

		assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
	}
	srand(1);
	for (int i = 0; i < 200; i++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };

		memcpy(signature.at, whole.at, whole.nr);
		signature.nr = i % 2 ? whole.nr : YGR_POLICY_SIGNATURE_MAX;
		for (int j = 0; j < 8; j++)
			signature.at[rand() % (whole.nr / (1 + rand() % 8))] = rand();
		/* By chance the same, or of no weight: then it is good. */
		if (load_as(guest, &blob, &signature, &load))
			assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
	}
	free(signature.at);
	free(whole.at);
	free(blob.at);
}

static void another_policys_signature_is_refused(void **state)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(1)), other = compile(POLICY(2));
	struct bytes signature = sign(&other, POLICY_KEY, POLICY_CERT, PLAIN);

	assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
	assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
	free(signature.at);
	free(other.at);
	free(blob.at);
}

/* Nor does it help to bring the certificate along. */
static void another_key_is_refused(void **state)
{
	static const unsigned int flags[] = { PLAIN, PLAIN & ~CMS_NOCERTS, CMS_DETACHED | CMS_BINARY };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(1));

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
		struct bytes signature = sign(&blob, OTHER_KEY, OTHER_CERT, flags[i]);

		assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
		assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
		free(signature.at);
	}
	free(blob.at);
}

/* openssl cms can say the same in several ways; capabilities for mail are none that the kernel takes. */
static void each_form_but_mails_is_taken(void **state)
{
	static const unsigned int flags[] = {
		PLAIN, PLAIN & ~CMS_NOCERTS, PLAIN | CMS_USE_KEYID, PLAIN & ~CMS_NOATTR,
		CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP, CMS_DETACHED | CMS_BINARY,
	};
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(1));

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
		struct bytes signature = sign(&blob, POLICY_KEY, POLICY_CERT, flags[i]);
		int error = load_as(guest, &blob, &signature, &load);

		if (error != (flags[i] & CMS_NOSMIMECAP ? 0 : EKEYREJECTED))
			fail_msg("flags %#x: %s", flags[i], strerror(error));
		free(signature.at);
	}
	free(blob.at);
}

static void the_tool_signs_and_loads(void **state)
{
	static const char yaml[] = "/tmp/signed.yaml", blob[] = "/tmp/signed.blob";
	const struct guest *guest = *state;
	struct command said = { 0 };

	assert_int_equal(guest_file_write(yaml, POLICY(1)), 0);
	command_run(&said, "/t/yaguractl", "policy", "sign", "--key", POLICY_KEY, "--cert", POLICY_CERT,
		    "--out", blob, yaml);
	assert_command(&said, 0, "/tmp/signed.blob.p7s");
	command_run(&said, "/t/yaguractl", "policy", "load", blob, "--signature", "/tmp/signed.blob.p7s");
	assert_command(&said, 0, "active, 1 rule");
	command_run(&said, "/t/yaguractl", "policy", "load", blob);
	assert_true(said.status != 0);
	command_run(&said, "/t/yaguractl", "policy", "clear");
	assert_true(said.status != 0);
	command_free(&said);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(operate_state(guest).serial, 1);
}

/* ---- once ---- */

static void an_older_policy_is_refused(void **state)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(4)), signature = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);

	assert_int_equal(load_signed(guest, POLICY(5), 0), YGR_POLICY_OK);
	assert_int_equal(load_as(guest, &blob, &signature, &load), EKEYREJECTED);
	assert_int_equal(load.error_code, YGR_POLICY_E_SERIAL);
	assert_int_equal(load.error_offset, offsetof(struct ygr_policy_header, serial));
	assert_int_equal(load.generation, operate_state(guest).generation);
	assert_int_equal(operate_state(guest).serial, 5);
	/* The same again is not older. */
	assert_int_equal(load_signed(guest, POLICY(5), 0), YGR_POLICY_OK);
	assert_int_equal(load_signed(guest, POLICY(6), 0), YGR_POLICY_OK);
	assert_int_equal(operate_state(guest).serial, 6);
	free(signature.at);
	free(blob.at);
}

/* A load that fails for another reason has not happened, and its serial neither. */
static void only_what_was_loaded_counts(void **state)
{
	struct ygr_policy_load load = { .expect_generation = 1 };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(900)), signature = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);

	assert_int_equal(load_as(guest, &blob, &signature, &load), ESTALE);
	assert_int_equal(operate_state(guest).serial, 6);
	assert_int_equal(load_signed(guest, POLICY(6), 0), YGR_POLICY_OK);
	free(signature.at);
	free(blob.at);
}

static void clearing_is_refused(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), EKEYREJECTED);
	assert_int_equal(open_error(), EPERM);
	/* A signed policy without rules comes to the same. */
	assert_int_equal(load_signed(guest, "version: 1\nname: nothing\nserial: 6\nrules: []\n", 0),
			 YGR_POLICY_OK);
	assert_int_equal(open_error(), 0);
}

static void rolling_back_to_an_older_one_is_refused(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation;

	assert_int_equal(load_signed(guest, POLICY(6), 0), YGR_POLICY_OK);
	assert_int_equal(load_signed(guest, POLICY(7), 0), YGR_POLICY_OK);
	generation = operate_state(guest).generation;
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), EKEYREJECTED);
	assert_int_equal(operate_state(guest).generation, generation);
	assert_int_equal(load_signed(guest, POLICY(7), 0), YGR_POLICY_OK);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_ROLLBACK), 0);
}

/* What a trial replaced was in force a moment ago: nothing is played back. */
static void a_trials_end_returns_to_an_older_one(void **state)
{
	const struct guest *guest = *state;
	uint64_t generation;

	assert_int_equal(load_signed(guest, POLICY(7), 0), YGR_POLICY_OK);
	generation = operate_state(guest).generation;
	assert_int_equal(load_signed(guest, POLICY(8), 1), YGR_POLICY_OK);
	assert_int_equal(operate_wait(guest, generation + 1), generation + 2);
	assert_int_equal(operate_state(guest).serial, 8);
	assert_int_equal(open_error(), EPERM);
	assert_int_equal(load_signed(guest, POLICY(7), 0), YGR_POLICY_E_SERIAL);
	assert_int_equal(load_signed(guest, POLICY(8), 0), YGR_POLICY_OK);
}

/* ---- the keyring ---- */

/* Root can see it, and cannot make it trust another key. */
static void nobody_adds_to_the_keyring(void **state)
{
	FILE *keys = fopen("/proc/keys", "re");
	unsigned int serial = 0, id;
	char line[256];

	(void)state;
	assert_non_null(keys);
	while (fgets(line, sizeof(line), keys))
		if (strstr(line, " .yagura_policy") && sscanf(line, "%x", &id) == 1)
			serial = id;
	fclose(keys);
	assert_int_not_equal(serial, 0);
	assert_int_equal(syscall(SYS_add_key, "user", "mine", "x", 1, serial), -1);
	assert_int_equal(errno, EACCES);
}

/* ---- where they are not ---- */

static void a_signature_may_be_given_and_must_be_good(void **state)
{
	struct ygr_policy_load load = { .expect_generation = YGR_GENERATION_ANY };
	const struct guest *guest = *state;
	struct bytes blob = compile(POLICY(3)), good = sign(&blob, POLICY_KEY, POLICY_CERT, PLAIN);
	struct bytes bad = sign(&blob, OTHER_KEY, OTHER_CERT, PLAIN), none = { 0 };

	assert_int_equal(guest->info.features & YGR_FEATURE_SIGNED, 0);
	assert_int_equal(load_as(guest, &blob, &good, &load), 0);
	assert_int_equal(load_as(guest, &blob, &none, &load), 0);
	assert_int_equal(load_as(guest, &blob, &bad, &load), EKEYREJECTED);
	assert_int_equal(load.error_code, YGR_POLICY_E_SIGNATURE);
	free(bad.at);
	free(good.at);
	free(blob.at);
}

static void serials_may_go_back(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(load_signed(guest, POLICY(9), 0), YGR_POLICY_OK);
	assert_int_equal(load_signed(guest, POLICY(1), 0), YGR_POLICY_OK);
	assert_int_equal(operate_state(guest).serial, 0);
	assert_int_equal(operate(guest, YGR_IOC_POLICY_CLEAR), 0);
}

/* ---- a module without a certificate, on a kernel as it is delivered ---- */

/* Its keyrings hold the distributor's keys, and nobody can add one of his own without the firmware's help. */
static void a_stock_kernel_trusts_no_key_of_ours(void **state)
{
	const struct guest *guest = *state;

	assert_int_equal(load_signed(guest, POLICY(1), 0), YGR_POLICY_E_SIGNATURE);
	assert_int_equal(operate_state(guest).generation, 0);
}

/* ---- fixtures ---- */

static int set_up_with(void **state, const char *module, const char *params)
{
	if (guest_file_write(PATH, "") || guest_module_load_file(module, params))
		return -1;
	*state = guest_open();
	return 0;
}

static int set_up_required(void **state)
{
	return set_up_with(state, MODULE, REQUIRE);
}

static int set_up_optional(void **state)
{
	return set_up_with(state, MODULE, NULL);
}

static int set_up_stock(void **state)
{
	return set_up_with(state, "/yagura.ko", REQUIRE);
}

int main(void)
{
	const struct CMUnitTest required[] = {
		cmocka_unit_test(it_says_so),
		cmocka_unit_test(unsigned_it_is_refused),
		cmocka_unit_test(signed_it_is_in_force),
		cmocka_unit_test(tampered_with_it_is_refused),
		cmocka_unit_test(what_is_no_signature_is_refused),
		cmocka_unit_test(another_policys_signature_is_refused),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(each_form_but_mails_is_taken),
		cmocka_unit_test(the_tool_signs_and_loads),
		cmocka_unit_test(an_older_policy_is_refused),
		cmocka_unit_test(only_what_was_loaded_counts),
		cmocka_unit_test(clearing_is_refused),
		cmocka_unit_test(rolling_back_to_an_older_one_is_refused),
		cmocka_unit_test(a_trials_end_returns_to_an_older_one),
		cmocka_unit_test(nobody_adds_to_the_keyring),
	};
	const struct CMUnitTest optional[] = {
		cmocka_unit_test(a_signature_may_be_given_and_must_be_good),
		cmocka_unit_test(serials_may_go_back),
	};
	const struct CMUnitTest stock[] = {
		cmocka_unit_test(a_stock_kernel_trusts_no_key_of_ours),
	};

	/* A kernel without keys verifies no signatures. */
	if (access("/proc/keys", F_OK))
		return 77;
	return cmocka_run_group_tests_name("signature", required, set_up_required, guest_teardown) +
	       cmocka_run_group_tests_name("signature-optional", optional, set_up_optional, guest_teardown) +
	       cmocka_run_group_tests_name("signature-stock", stock, set_up_stock, guest_teardown);
}
