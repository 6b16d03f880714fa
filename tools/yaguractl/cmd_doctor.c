// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "doctor.h"
#include "doctor_gather.h"
#include "doctor_text.h"

struct doctor_options {
	const char *sysroot;
	const char *status;	/* NULL: the device is asked */
	const char *runtime_dir;
	bool	 json, all;
};

/* For who watches: 0, nothing worse than a note; 1, warnings; 3, errors. 2 is wrong usage. */
static int exit_code(const struct ygr_doctor_report *report)
{
	if (report->severity_nr[YGR_ERROR])
		return YGR_EXIT_DEVICE;
	return report->severity_nr[YGR_WARNING] ? YGR_EXIT_FAULT : YGR_EXIT_OK;
}

static void print_report(const struct ygr_doctor_report *report,
			 const struct doctor_options *options)
{
	json_t *array;

	if (!options->json) {
		ygr_doctor_text_print(stdout, report, options->all);
		return;
	}
	array = ygr_doctor_text_json(report, options->all);
	json_dumpf(array, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(array);
}

/* Below the root a path has no working directory: what is relative to ours is made absolute. */
static char *make_absolute(const struct ygr_sysroot *root, const char *path)
{
	if (!path)
		return NULL;
	return root->is_own ? realpath(path, NULL) : strdup(path);
}

static int diagnose(const struct ygr_sysroot *root, json_t *status,
		    const struct doctor_options *options)
{
	struct ygr_doctor_report *report = malloc(sizeof(*report));
	struct ygr_doctor_facts *facts = malloc(sizeof(*facts));
	char *runtime_dir;
	int code;

	if (!report || !facts) {
		free(report);
		free(facts);
		return ygr_cli_fail(YGR_EXIT_DEVICE, "out of memory");
	}
	if (!root->is_own && !options->json)
		printf("of %s only its files are looked at, not the device, the clock or the network\n",
		       options->sysroot);
	runtime_dir = make_absolute(root, options->runtime_dir);
	ygr_doctor_gather(root, status, runtime_dir ?: options->runtime_dir, facts);
	free(runtime_dir);
	ygr_doctor_run(facts, report);
	print_report(report, options);
	code = ygr_cli_finish_output(exit_code(report));
	ygr_doctor_facts_exit(facts);
	free(facts);
	free(report);
	return code;
}

static int parse_options(int argc, char **argv, struct doctor_options *options)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "all", no_argument, NULL, 'a' },
		{ "sysroot", required_argument, NULL, 's' },
		{ "status", required_argument, NULL, 't' },
		{ "run", required_argument, NULL, 'r' },
		{ 0 },
	};
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->json = true;
			break;
		case 'a':
			options->all = true;
			break;
		case 's':
			options->sysroot = optarg;
			break;
		case 't':
			options->status = optarg;
			break;
		case 'r':
			options->runtime_dir = optarg;
			break;
		default:
			return YGR_EXIT_USAGE;
		}
	}
	if (optind != argc)
		return ygr_cli_usage("doctor takes no argument \"%s\"", argv[optind]);
	return YGR_EXIT_OK;
}

int ygr_cmd_doctor(int argc, char **argv)
{
	struct doctor_options options = { .sysroot = "/" };
	int code = parse_options(argc, argv, &options), ret;
	struct ygr_sysroot root;
	json_t *status = NULL;
	json_error_t error;

	if (code)
		return code;
	if (options.status) {
		status = json_load_file(options.status, 0, &error);
		if (!json_is_object(status)) {
			json_decref(status);
			return ygr_cli_usage("%s is not what status --json prints", options.status);
		}
	}
	ret = ygr_sysroot_open(&root, options.sysroot);
	if (ret) {
		code = ygr_cli_usage("%s: %s", options.sysroot, strerror(-ret));
	} else {
		code = diagnose(&root, status, &options);
		ygr_sysroot_close(&root);
	}
	json_decref(status);
	return code;
}
