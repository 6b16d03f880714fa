// SPDX-License-Identifier: GPL-2.0-only
/* The exact line of each kind of event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "event_map.h"
#include "event_text.h"
#include "json_event.h"

/* 2024-03-01 12:04:07.313 UTC */
#define TIME	"'time_ns':1709294647313999999"
#define WWW	"'euid':33,'pid':4711,'comm':'sh','parent':{'pid':812,'comm':'nginx','start_ns':5}"
#define ROOT	"'euid':0,'pid':1,'comm':'init'"

static const char *user_name(uint32_t uid, void *context)
{
	(void)context;
	return uid == 33 ? "www-data" : uid == 0 ? "root" : uid == 66 ? "\x1b[2J" : NULL;
}

static struct ygr_event_style style = { .user_name = user_name };

static char *line_of(const char *json)
{
	struct ygr_event_stream stream;
	const struct ygr_event_value *event;
	msgpack_sbuffer packed;
	size_t bytes;
	char *text;
	FILE *out;

	msgpack_sbuffer_init(&packed);
	add_json_event(&packed, json);
	ygr_event_map_open(&stream, packed.data, packed.size);
	event = ygr_event_map_next(&stream);
	assert_non_null(event);
	out = open_memstream(&text, &bytes);
	ygr_event_text_print(out, event, &style);
	fclose(out);
	assert_null(ygr_event_map_next(&stream));
	assert_int_equal(stream.off, stream.len);
	ygr_event_map_close(&stream);
	msgpack_sbuffer_destroy(&packed);
	return text;
}

static void check(const char *json, const char *wanted)
{
	char *line = line_of(json);

	assert_string_equal(line, wanted);
	free(line);
}

static void test_denied_exec(void **state)
{
	(void)state;
	check("{'type':'exec_check'," TIME ",'verdict':'deny'," WWW ",'path':'/tmp/x','rule':'no-exec-from-scratch-dirs','generation':7}",
	      "12:04:07.313 DENY  exec    www-data  nginx[812] > sh[4711] > /tmp/x                 rule no-exec-from-scratch-dirs (gen 7)\n");
	check("{'type':'exec_check'," TIME ",'verdict':'would_deny'," WWW ",'path':'/tmp/x','rule':'r','generation':1}",
	      "12:04:07.313 WOULD exec    www-data  nginx[812] > sh[4711] > /tmp/x                 rule r (gen 1)\n");
}

/* As frequent as any, and longer than its column. */
static void test_a_file_that_was_written(void **state)
{
	(void)state;
	check("{'type':'close_write'," TIME "," ROOT ",'path':'/tmp/x'}",
	      "12:04:07.313       wrote   root      init[1] > /tmp/x\n");
}

static void test_exec_with_arguments(void **state)
{
	(void)state;
	check("{'type':'exec'," TIME "," WWW ",'path':'/bin/ls','argv':['ls','-l','/a b','']}",
	      "12:04:07.313       exec    www-data  nginx[812] > sh[4711] > /bin/ls -l \"/a b\" \"\"\n");
	/* No path: the name as given. Neither: a question mark. */
	check("{'type':'exec'," TIME "," ROOT ",'filename':'./x'}",
	      "12:04:07.313       exec    root      init[1] > ./x\n");
	check("{'type':'exec'," TIME "," ROOT "}", "12:04:07.313       exec    root      init[1] > ?\n");
	/* Cut by the kernel, and cut here for length. */
	check("{'type':'exec'," TIME "," ROOT ",'path':'/x','argv':['x','y'],'truncated':{'argv':null}}",
	      "12:04:07.313       exec    root      init[1] > /x y ...\n");
	check("{'type':'exec'," TIME "," ROOT ",'path':'/x','argv':['x','0123456789012345678901234567890123456789','0123456789012345678901234567890123456789']}",
	      "12:04:07.313       exec    root      init[1] > /x 0123456789012345678901234567890123456789 ...\n");
}

static void test_processes(void **state)
{
	(void)state;
	check("{'type':'fork'," TIME "," ROOT ",'child_pid':77,'child_start_ns':9}",
	      "12:04:07.313       fork    root      init[1] > [77]\n");
	check("{'type':'exit'," TIME "," ROOT ",'status':256}",
	      "12:04:07.313       exit    root      init[1] > status 1\n");
	check("{'type':'exit'," TIME "," ROOT ",'status':9}",
	      "12:04:07.313       exit    root      init[1] > killed by signal 9\n");
	check("{'type':'exit'," TIME "," ROOT ",'status':139}",
	      "12:04:07.313       exit    root      init[1] > killed by signal 11, core dumped\n");
}

static void test_files(void **state)
{
	(void)state;
	check("{'type':'open'," TIME "," ROOT ",'path':'/etc/passwd','access':['read','write']}",
	      "12:04:07.313       open    root      init[1] > /etc/passwd (read, write)\n");
	check("{'type':'rename'," TIME "," ROOT ",'path':'/a','new_path':'/b'}",
	      "12:04:07.313       rename  root      init[1] > /a -> /b\n");
	check("{'type':'mmap_exec'," TIME "," ROOT ",'path':'/lib/x.so','access':['exec']}",
	      "12:04:07.313       mmap    root      init[1] > /lib/x.so (exec)\n");
	/* The end of a long path is what came through. */
	check("{'type':'unlink'," TIME "," ROOT ",'path':'/end','truncated':{'path':5000}}",
	      "12:04:07.313       unlink  root      init[1] > .../end\n");
}

#define WEB	"'remote':{'addr':'192.0.2.1','port':443}"

static void test_names(void **state)
{
	(void)state;
	check("{'type':'connect'," TIME "," ROOT "," WEB ",'dns_name':'www.example.org','dns_age_ms':7}",
	      "12:04:07.313       connect root      init[1] > 192.0.2.1:443 (www.example.org)\n");
	check("{'type':'connect'," TIME "," ROOT "," WEB ",'dns_name':'a\\u001b[2J','dns_expired':1}",
	      "12:04:07.313       connect root      init[1] > 192.0.2.1:443 (a\\x1b[2J, expired)\n");
	check("{'type':'stream'," TIME "," ROOT "," WEB ",'dns_name':'www.example.org',"
	      "'tls':{'version':'1.3','sni':'api.example.org','alpn':['h2','http/1.1']}}",
	      "12:04:07.313       stream  root      init[1] > 192.0.2.1:443 (www.example.org) "
	      "tls api.example.org h2,http/1.1\n");
	check("{'type':'stream'," TIME "," ROOT "," WEB ",'tls':{}}",
	      "12:04:07.313       stream  root      init[1] > 192.0.2.1:443 tls\n");
	check("{'type':'stream'," TIME "," ROOT "," WEB
	      ",'http':{'method':'GET','host':'a.example','port':8080,'path':'/x','query_bytes':3}}",
	      "12:04:07.313       stream  root      init[1] > 192.0.2.1:443 GET a.example:8080/x?...\n");
	check("{'type':'stream'," TIME "," ROOT "," WEB ",'http':{'method':'GET','path':'/x','query':'a=1'}}",
	      "12:04:07.313       stream  root      init[1] > 192.0.2.1:443 GET /x?a=1\n");
	check("{'type':'stream'," TIME "," ROOT "," WEB ",'http':{'version':'2'}}",
	      "12:04:07.313       stream  root      init[1] > 192.0.2.1:443 http/2\n");
	check("{'type':'dns'," TIME ",'remote':{'addr':'10.0.0.2','port':53},'message_bytes':77,"
	      "'dns':{'question':'www.example.org','type':'A','rcode':'NOERROR'},"
	      "'answers':[{'name':'www.example.org','type':'CNAME','ttl':5,'data':'edge.example'},"
	      "{'name':'edge.example','type':'A','ttl':5,'data':'192.0.2.1'}]}",
	      "12:04:07.313       dns     www.example.org A edge.example, 192.0.2.1 from 10.0.0.2:53 77 bytes\n");
	check("{'type':'dns'," TIME ",'remote':{'addr':'10.0.0.2','port':53},'message_bytes':77,"
	      "'dns':{'question':'no.example','type':'AAAA','rcode':'NXDOMAIN'},'answers':[]}",
	      "12:04:07.313       dns     no.example AAAA NXDOMAIN from 10.0.0.2:53 77 bytes\n");
	check("{'type':'dns'," TIME ",'remote':{'addr':'10.0.0.2','port':53},'message_bytes':77,"
	      "'dns':{'question':'a','type':'A','rcode':'NOERROR'},'answers':[{'data':'1'},{'data':'2'},"
	      "{'data':'3'},{'data':'4'},{'data':'5'},{'data':'6'}]}",
	      "12:04:07.313       dns     a A 1, 2, 3, 4, 2 more from 10.0.0.2:53 77 bytes\n");
}

static void test_privileges(void **state)
{
	(void)state;
	check("{'type':'setuid'," TIME "," ROOT ",'call':'setuid','old_ids':{'real':33,'effective':33,'saved':33,'fs':33},'new_ids':{'real':33,'effective':0,'saved':33,'fs':0}}",
	      "12:04:07.313       setuid  root      init[1] > effective 33 -> 0, fs 33 -> 0\n");
	check("{'type':'setgid'," TIME "," ROOT ",'call':'setgid','old_ids':{'real':1},'new_ids':{'real':1}}",
	      "12:04:07.313       setgid  root      init[1] > no change\n");
	check("{'type':'setgid'," TIME "," ROOT ",'call':'setgroups','new_group_nr':2,'groups':[4,27]}",
	      "12:04:07.313       setgid  root      init[1] > 2 groups: 4, 27\n");
	check("{'type':'setgid'," TIME "," ROOT ",'call':'setgroups','new_group_nr':9,'groups':[4]}",
	      "12:04:07.313       setgid  root      init[1] > 9 groups: 4 ...\n");
	check("{'type':'setgid'," TIME "," ROOT ",'call':'setgroups','new_group_nr':0,'groups':[]}",
	      "12:04:07.313       setgid  root      init[1] > 0 groups\n");
	check("{'type':'capset'," TIME "," ROOT ",'old_caps':{'effective':'01','permitted':'03'},'new_caps':{'effective':'00','permitted':'03'}}",
	      "12:04:07.313       capset  root      init[1] > effective 01 -> 00\n");
	check("{'type':'capset'," TIME "," ROOT "}",
	      "12:04:07.313       capset  root      init[1] > no change\n");
}

static void test_sockets(void **state)
{
	(void)state;
	check("{'type':'connect'," TIME "," ROOT ",'family':'inet','local':{'addr':'0.0.0.0','port':0},'remote':{'addr':'203.0.113.9','port':443}}",
	      "12:04:07.313       connect root      init[1] > 203.0.113.9:443\n");
	check("{'type':'bind'," TIME "," ROOT ",'family':'inet6','local':{'addr':'::1','port':8080}}",
	      "12:04:07.313       bind    root      init[1] > [::1]:8080\n");
	check("{'type':'accept'," TIME "," ROOT ",'local':{'addr':'10.0.0.1','port':22},'remote':{'addr':'10.0.0.2','port':999}}",
	      "12:04:07.313       accept  root      init[1] > 10.0.0.1:22 from 10.0.0.2:999\n");
	check("{'type':'socket_create'," TIME "," ROOT ",'family':'inet','sock_type':1,'protocol':6}",
	      "12:04:07.313       socket  root      init[1] > inet stream protocol 6\n");
	check("{'type':'connect'," TIME "," ROOT ",'family':'unix','unix_path':'/run/x.sock'}",
	      "12:04:07.313       connect root      init[1] > unix:/run/x.sock\n");
	check("{'type':'bind'," TIME "," ROOT ",'family':'unix','unix_path':'\\u0000name'}",
	      "12:04:07.313       bind    root      init[1] > unix:@name\n");
	check("{'type':'socket_create'," TIME "," ROOT ",'family':'packet','sock_type':2,'protocol':768,'raw':1}",
	      "12:04:07.313       socket  root      init[1] > packet dgram protocol 768 (raw)\n");
	check("{'type':'accept'," TIME "," ROOT ",'family':'unix','sock_type':1,'peer_pid':77}",
	      "12:04:07.313       accept  root      init[1] > unix stream from [77]\n");
	check("{'type':'socket_close'," TIME "," ROOT ",'remote':{'addr':'10.0.0.2','port':999},'bytes_out':5,'bytes_in':70000}",
	      "12:04:07.313       close   root      init[1] > 10.0.0.2:999 5 bytes out, 70000 in\n");
	check("{'type':'dns'," TIME ",'local':{'addr':'10.0.0.1','port':4444},'remote':{'addr':'10.0.0.2','port':53},'message_bytes':77}",
	      "12:04:07.313       dns     10.0.0.1:4444 from 10.0.0.2:53 77 bytes\n");
	check("{'type':'stream'," TIME "," ROOT ",'remote':{'addr':'10.0.0.2','port':443}}",
	      "12:04:07.313       stream  root      init[1] > 10.0.0.2:443\n");
	check("{'type':'listen'," TIME "," ROOT ",'family':'netlink','sock_type':77}",
	      "12:04:07.313       listen  root      init[1] > netlink type 77\n");
}

static void test_noise(void **state)
{
	(void)state;
	check("{'type':'connect'," TIME "," ROOT ",'family':'unix','unix_path':'/run/x.sock','repeat_nr':17,'first_ns':5000000000,'last_ns':5849000000}",
	      "12:04:07.313       connect root      init[1] > unix:/run/x.sock  x17 in 0.8 s\n");
	check("{'type':'suppressed'," TIME "," ROOT ",'scope':'process','first_ns':1,'last_ns':2500000001,'suppressed':{'file':90,'socket':10}}",
	      "12:04:07.313       suppressed init[1]: 100 events over its budget in 2.5 s, not recorded: file 90, socket 10\n");
	check("{'type':'suppressed'," TIME ",'pid':0,'comm':'','cgroup_id':77,'scope':'cgroup','first_ns':1,'last_ns':1,'suppressed':{'file':9}}",
	      "12:04:07.313       suppressed cgroup 77: 9 events over its budget in 0.0 s, not recorded: file 9\n");
}

static void test_the_sensor_itself(void **state)
{
	(void)state;
	check("{'type':'stop'," TIME "," ROOT ",'load_id':5}",
	      "12:04:07.313       stop    root      init[1] > yagura stopped: nothing is seen until it is loaded again\n");
	check("{'type':'heartbeat'," TIME ",'hook_nr':9,'attached_nr':8,'process_nr':70,'produced_nr':1000,"
	      "'dropped_nr':3,'denied_nr':2}",
	      "12:04:07.313       beat    8 of 9 hooks attached, 70 processes, 1000 events produced, 3 dropped, 2 denied\n");
	check("{'type':'clock'," TIME ",'step_ns':-1500000000,'slept_ns':0}",
	      "12:04:07.313       clock   the clock was set back by 1.500 s\n");
	check("{'type':'clock'," TIME ",'step_ns':86400000000000,'slept_ns':2000000}",
	      "12:04:07.313       clock   the machine slept for 0.002 s; the clock was set forward by 86400.000 s\n");
	check("{'type':'outage'," TIME ",'begin_time_ns':1000000000,'end_time_ns':3250000000,'rebooted':0}",
	      "12:04:07.313       outage  nothing was seen for 2.250 s before yagura was loaded\n");
	check("{'type':'outage'," TIME ",'begin_time_ns':1,'end_time_ns':1000000001,'rebooted':1}",
	      "12:04:07.313       outage  nothing was seen for 1.000 s before yagura was loaded: the machine was started anew\n");
	check("{'type':'backlog'," TIME ",'first_batch_id':3,'last_batch_id':9,'discarded':{'exec':2,'file':100}}",
	      "12:04:07.313       backlog batches 3 to 9 given up, 102 events: exec 2, file 100\n");
	check("{'type':'start'," TIME ",'load_id':5,'hooks':'a=attached b=attached'}",
	      "12:04:07.313       start   yagura loaded, 2 hooks attached\n");
	check("{'type':'start'," TIME ",'load_id':5,'hooks':'a=busy b=attached \\u001b=missing'}",
	      "12:04:07.313       start   yagura loaded, a=busy, \\x1b=missing, 1 hooks attached\n");
	check("{'type':'start'," TIME ",'load_id':5}",
	      "12:04:07.313       start   yagura loaded\n");
	check("{'type':'policy'," TIME "," ROOT ",'op':'load','old_generation':6,'new_generation':7,'rule_nr':2}",
	      "12:04:07.313       policy  root      init[1] > generation 6 -> 7, 2 rules\n");
	check("{'type':'policy'," TIME "," ROOT ",'op':'clear','old_generation':7,'new_generation':8,'rule_nr':0}",
	      "12:04:07.313       policy  root      init[1] > generation 7 -> 8, no policy\n");
	check("{'type':'gap'," TIME ",'cpu':1,'dropped':{'file':10,'socket':2}}",
	      "12:04:07.313       gap     12 events lost on cpu 1: file 10, socket 2\n");
	check("{'type':'totals'," TIME ",'cpu':0,'produced':{'exec':5,'file':7},'dropped':{}}",
	      "12:04:07.313       totals  cpu 0 since load: 12 produced, 0 dropped\n");
	check("{'type':'type_99'," TIME "," ROOT "}", "12:04:07.313       type_99 root      init[1] > ?\n");
}

static void test_date_and_users(void **state)
{
	(void)state;
	/* localtime_r() need not look at TZ again: mktime() does. */
	setenv("TZ", "XYZ-2:30", 1);
	mktime(&(struct tm) { .tm_mday = 1 });
	style.date = true;
	check("{'type':'fork'," TIME ",'euid':1234,'pid':5,'comm':'a','child_pid':6}",
	      "2024-03-01 14:34:07.313+0230       fork    1234      a[5] > [6]\n");
	style.date = false;
	setenv("TZ", "UTC", 1);
	mktime(&(struct tm) { .tm_mday = 1 });
	check("{'type':'fork'," TIME ",'euid':66,'pid':5,'comm':'a','child_pid':6}",
	      "12:04:07.313       fork    \\x1b[2J   a[5] > [6]\n");
}

static void test_colors_only_when_asked(void **state)
{
	(void)state;
	style.color = true;
	check("{'type':'unlink'," TIME ",'verdict':'deny'," ROOT ",'path':'/x'}",
	      "12:04:07.313 \033[1;31mDENY  \033[0munlink  root      init[1] > /x\n");
	check("{'type':'unlink'," TIME ",'verdict':'would_deny'," ROOT ",'path':'/x'}",
	      "12:04:07.313 \033[33mWOULD \033[0munlink  root      init[1] > /x\n");
	style.color = false;
}

/* Nothing a program can name reaches the terminal as more than marks. */
static void test_names_cannot_steer_a_terminal(void **state)
{
	(void)state;
	check("{'type':'unlink'," TIME "," ROOT ",'path':'/a\\u001b[31m\\n\\r\\t\\u007f'}",
	      "12:04:07.313       unlink  root      init[1] > /a\\x1b[31m\\x0a\\x0d\\x09\\x7f\n");
	/* C1 controls, direction overrides, zero width. */
	check("{'type':'unlink'," TIME "," ROOT ",'path':'/\\u009b2J\\u202etxt.exe\\u200b'}",
	      "12:04:07.313       unlink  root      init[1] > /\\u{9b}2J\\u{202e}txt.exe\\u{200b}\n");
	check("{'type':'unlink'," TIME "," ROOT ",'path':{'hex':'2fff80c328'}}",
	      "12:04:07.313       unlink  root      init[1] > /\\xff\\x80\\xc3(\n");
	check("{'type':'unlink'," TIME ",'euid':0,'pid':2,'comm':'x[1] > y','path':'/a  rule fake (gen 9)'}",
	      "12:04:07.313       unlink  root      \"x[1] > y\"[2] > \"/a  rule fake (gen 9)\"\n");
	check("{'type':'unlink'," TIME ",'euid':0,'pid':2,'comm':'x[1]>y','path':'/a'}",
	      "12:04:07.313       unlink  root      \"x[1]>y\"[2] > /a\n");
	check("{'type':'unlink'," TIME "," ROOT ",'path':'/back\\\\slash'}",
	      "12:04:07.313       unlink  root      init[1] > /back\\\\slash\n");
	check("{'type':'unlink'," TIME "," ROOT ",'path':'/gr\\u00fc\\u00dfe'}",
	      "12:04:07.313       unlink  root      init[1] > /gr\xc3\xbc\xc3\x9f""e\n");
}

static void test_wrong_types_are_left_out(void **state)
{
	(void)state;
	check("{}", "00:00:00.000       ?                 ?\n");
	check("{'type':5,'time_ns':'x','euid':[],'pid':'1','comm':7,'rule':{}}",
	      "00:00:00.000       ?                 ?\n");
	check("{'type':'exec','argv':'x','path':1,'filename':[],'parent':3}",
	      "00:00:00.000       exec              ?\n");
	check("{'type':'gap','dropped':[1]}",
	      "00:00:00.000       gap     0 events lost on cpu 0\n");
	check("{'type':'connect','remote':{'addr':4},'local':7,'family':1}",
	      "00:00:00.000       connect           ?\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denied_exec),
		cmocka_unit_test(test_a_file_that_was_written),
		cmocka_unit_test(test_exec_with_arguments),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_privileges),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_the_sensor_itself),
		cmocka_unit_test(test_date_and_users),
		cmocka_unit_test(test_colors_only_when_asked),
		cmocka_unit_test(test_names_cannot_steer_a_terminal),
		cmocka_unit_test(test_wrong_types_are_left_out),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
