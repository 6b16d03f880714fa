// SPDX-License-Identifier: GPL-2.0-only
#include "mount_options_cases.h"

const struct mount_options_case mount_options_cases[] = {
	{ "", "" },
	{ "ro", "ro" },
	{ "size=64k,mode=700", "size=64k,mode=700" },
	{ "user=x,pass=y", "user=x,pass=*" },
	{ "pass=y,user=x", "pass=*,user=x" },
	{ "PassWord=y", "PassWord=*" },
	{ "PASS=Y", "PASS=*" },
	{ "ntlm_password2=y,ro", "ntlm_password2=*,ro" },
	{ "secretfile=/k,ro", "secretfile=*,ro" },
	{ "mysecret=k", "mysecret=*" },
	{ "key=AQ==,ro", "key=*,ro" },
	{ "Key=a,KEY=b", "Key=*,KEY=*" },
	{ "pass=a,pass=b,pass=c", "pass=*,pass=*,pass=*" },
	/* Not a key, but what a key is called by. */
	{ "keyring=x", "keyring=x" },
	{ "monkey=x", "monkey=x" },
	{ "ke=x", "ke=x" },
	/* Less than the word, and the word with something between. */
	{ "pas=x,secre=y", "pas=x,secre=y" },
	{ "pa_ss=x", "pa_ss=x" },
	/* Letters only: '@' and '[' are beside them. */
	{ "p@ss=x,[pass=y", "p@ss=x,[pass=*" },
	/* A comma of the password is two. */
	{ "pass=a,,b,ro", "pass=*,ro" },
	{ "pass=a,,,ro", "pass=*,ro" },
	{ "pass=a,,,,ro", "pass=*" },
	{ "pass=,,ro", "pass=*" },
	{ "pass=,,", "pass=*" },
	{ "pass=a,", "pass=*," },
	{ "pass=,ro", "pass=*,ro" },
	{ "pass=", "pass=*" },
	{ "pass==", "pass=*" },
	/* Of nothing else are two commas one. */
	{ "a,,b", "a,,b" },
	{ "a=,,pass=b", "a=,,pass=*" },
	{ ",", "," },
	{ ",,pass=x", ",,pass=*" },
	/* Without a value there is nothing to hide. */
	{ "pass,ro", "pass,ro" },
	{ "pass", "pass" },
	{ "=pass", "=pass" },
	{ "path=/pass=x", "path=/pass=x" },
	{ .from = NULL },
};
