/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands, a file each: cmd_<verb>.c. They return an enum ygr_cli_exit. */
#ifndef YGR_COMMANDS_H
#define YGR_COMMANDS_H

int ygr_cmd_status(int argc, char **argv);
int ygr_cmd_doctor(int argc, char **argv);
int ygr_cmd_policy(int argc, char **argv);
int ygr_cmd_policy_check(int argc, char **argv);
int ygr_cmd_policy_diff(int argc, char **argv);
int ygr_cmd_policy_test(int argc, char **argv);
int ygr_cmd_policy_explain(int argc, char **argv);
int ygr_cmd_policy_load(int argc, char **argv);
int ygr_cmd_policy_apply(int argc, char **argv);
int ygr_cmd_policy_confirm(int argc, char **argv);
int ygr_cmd_policy_rollback(int argc, char **argv);
int ygr_cmd_policy_show(int argc, char **argv);
int ygr_cmd_policy_stats(int argc, char **argv);
int ygr_cmd_policy_clear(int argc, char **argv);
int ygr_cmd_policy_lock(int argc, char **argv);
int ygr_cmd_policy_sign(int argc, char **argv);
int ygr_cmd_top(int argc, char **argv);
int ygr_cmd_watch(int argc, char **argv);
int ygr_cmd_spool(int argc, char **argv);
int ygr_cmd_spool_list(int argc, char **argv);
int ygr_cmd_spool_cat(int argc, char **argv);
int ygr_cmd_spool_verify(int argc, char **argv);
int ygr_cmd_metrics(int argc, char **argv);
int ygr_cmd_bench(int argc, char **argv);
int ygr_cmd_stop(int argc, char **argv);
int ygr_cmd_mappings(int argc, char **argv);
int ygr_cmd_version(int argc, char **argv);

#endif
