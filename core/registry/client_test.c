#include "core/registry/client.h"

#include "core/base/mem.h"
#include "core/registry/server_test.h"

static struct ls_error err;
static struct server server, other;
static struct ls_registry_answer answer;

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct ls_registry_client *client_of(const char *url, const char *auth, int64_t patience_ms)
{
    struct ls_registry_client *client = NULL;
    const struct ls_registry_options options = {
        .url = url, .auth = auth, .patience_ms = patience_ms};
    if (ls_registry_client_new(&options, &client, &err) < 0) {
        fail_msg("%s", err.text);
    }
    return client;
}

static void says(const char *part)
{
    if (!strstr(err.text, part)) {
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

/* One question to a server with these replies: what ls_registry_ask answers. The answer is cleared,
 * but for its numbers and its message. */
static int ask(const struct reply *replies, size_t count, const char *auth, int64_t patience_ms)
{
    server_start(&server, replies, count);
    struct ls_registry_client *client = client_of(server.url, auth, patience_ms);
    int rc = ls_registry_ask(client, "/subjects", NULL, &answer, &err);
    assert_int_equal(!!answer.json, rc == 0 && answer.status < 300);
    ls_registry_answer_clear(&answer);
    ls_registry_client_free(client);
    server_stop(&server);
    return rc;
}

static void a_request_is_sent_as_it_is_meant(void **state)
{
    (void)state;
    static const struct reply fine = {200, "{\"id\": 7}", WHOLE, 0, NULL, NULL, 0};
    char url[100];
    server_start(&server, &fine, 1);
    snprintf(url, sizeof url, "%s/apis/v7//", server.url);
    struct ls_registry_client *client = client_of(url, "shop:se:cret", 0);
    url[strlen(url) - 2] = '\0';
    assert_string_equal(ls_registry_client_url(client), url);
    for (int i = 0; i < 2; i++) { /* a request leaves nothing behind for the next */
        assert_int_equal(ls_registry_ask(client, "/a%2Fb/..", "{}", &answer, &err), 0);
        assert_int_equal(json_integer_value(json_object_get(answer.json, "id")), 7);
        ls_registry_answer_clear(&answer);
        assert_int_equal(ls_registry_ask(client, "/c", NULL, &answer, &err), 0);
        ls_registry_answer_clear(&answer);
    }
    ls_registry_client_free(client);
    for (int i = 0; i < 4; i++) {
        const struct asked *asked = &server.asked[i];
        bool post = i % 2 == 0;
        assert_string_equal(asked->method, post ? "POST" : "GET");
        assert_string_equal(asked->path, post ? "/apis/v7/a%2Fb/.." : "/apis/v7/c");
        assert_string_equal(asked->body, post ? "{}" : "");
        assert_string_equal(asked->auth, "Basic c2hvcDpzZTpjcmV0");
        assert_string_equal(asked->type, "application/vnd.schemaregistry.v1+json");
    }
    client = client_of(server.url, NULL, 0);
    assert_int_equal(ls_registry_ask(client, "/", NULL, &answer, &err), 0);
    assert_string_equal(server.asked[4].auth, "");
    ls_registry_answer_clear(&answer);
    ls_registry_client_free(client);
    server_stop(&server);
}

static void what_passes_is_tried_again(void **state)
{
    (void)state;
    static const struct reply fine = {200, "[]", WHOLE, 0, NULL, NULL, 0};
    static const struct reply passing[] = {
        {500, "{\"error_code\": 50001, \"message\": \"store\"}", WHOLE, 0, NULL, NULL, 0},
        {503, "<html>", WHOLE, 0, NULL, NULL, 0},
        {429, "", WHOLE, 0, NULL, NULL, 0},
        {429, "", WHOLE, 0, "Retry-After", "1", 0},
        {0, NULL, DROPPED, 0, NULL, NULL, 0},
        {200, NULL, CUT, 0, NULL, NULL, 0},
        {200, "[]", WHOLE, 1500, NULL, NULL, 0}, /* slow: a third of the patience is over */
    };
    for (size_t i = 0; i < LENGTH(passing); i++) {
        const struct reply replies[] = {passing[i], fine};
        uint64_t begin = ls_clock_ns();
        if (ask(replies, 2, NULL, 3000) < 0) {
            fail_msg("case %zu: %s", i, err.text);
        }
        assert_int_equal(answer.status, 200);
        assert_int_equal(server.count, 2);
        uint64_t least = passing[i].header || passing[i].delay_ms ? 1000 : 100;
        assert_true(ls_clock_ns() - begin >= least * 1000000);
    }
}

static void patience_comes_to_an_end(void **state)
{
    (void)state;
    static const struct reply down = {
        503, "{\"error_code\": 50003, \"message\": \"no leader\"}", WHOLE, 0, NULL, NULL, 0};
    static const struct reply asks_too_much = {429, "", WHOLE, 0, "Retry-After", "3600", 0};
    uint64_t begin = ls_clock_ns();
    assert_int_equal(ask(&down, 1, NULL, 1000), LS_E_IO);
    uint64_t took_ms = (ls_clock_ns() - begin) / 1000000;
    assert_true(took_ms >= 1000 && took_ms < 5000);
    assert_in_range(server.count, 3, 5); /* after 100, 200 and 400 ms, and at the end */
    says("asked ");
    says(server.url);
    says("/subjects: it answers 503: no leader");
    says("registry.patience");
    assert_int_equal(ask(&asks_too_much, 1, NULL, 300), LS_E_IO);
    assert_int_equal(server.count, 2);
    assert_int_equal(ask(&down, 1, NULL, 0), LS_E_IO);
    assert_int_equal(server.count, 1);
    assert_null(strstr(err.text, "asked"));
}

static void *come_up(void *port)
{
    ls_clock_sleep_ms(400);
    server_listen(&server, *(const uint16_t *)port, NULL, NULL);
    return NULL;
}

static void a_refused_connection_is_tried_again(void **state)
{
    (void)state;
    static const struct reply fine = {200, "[]", WHOLE, 0, NULL, NULL, 0};
    pthread_t thread;
    server_start(&server, &fine, 1);
    uint16_t port = (uint16_t)strtoul(strrchr(server.url, ':') + 1, NULL, 10);
    struct ls_registry_client *client = client_of(server.url, NULL, 20000);
    struct ls_registry_client *hasty = client_of(server.url, NULL, 200);
    server_stop(&server);
    assert_int_equal(ls_registry_ask(hasty, "/", NULL, &answer, &err), LS_E_IO);
    says("is it up, and the URL right?");
    server_init(&server, &fine, 1);
    assert_int_equal(pthread_create(&thread, NULL, come_up, &port), 0);
    assert_int_equal(ls_registry_ask(client, "/", NULL, &answer, &err), 0);
    pthread_join(thread, NULL);
    ls_registry_answer_clear(&answer);
    ls_registry_client_free(client);
    ls_registry_client_free(hasty);
    server_stop(&server);
}

static void what_is_no_schema_registry_is_told(void **state)
{
    (void)state;
    static const struct {
        struct reply reply;
        int rc;
        const char *part;
    } cases[] = {
        {{200, "<html>hello</html>", WHOLE, 0, NULL, NULL, 0}, LS_E_DATA, "no JSON"},
        {{200, "", WHOLE, 0, NULL, NULL, 0}, LS_E_DATA, "no JSON"},
        {{204, "", WHOLE, 0, NULL, NULL, 0}, LS_E_DATA, "no JSON"},
        {{200, NULL, WHOLE, 0, NULL, NULL, LS_REGISTRY_ANSWER_MAX + 1},
         LS_E_DATA,
         "(LS_REGISTRY_ANSWER_MAX) would grow past its limit of 16777216 bytes"},
        {{404, NULL, WHOLE, 0, NULL, NULL, LS_REGISTRY_ANSWER_MAX + 1}, LS_E_DATA, "16777216"},
        {{401, "", WHOLE, 0, NULL, NULL, 0}, LS_E_IO, "set credentials: -X registry.basic.auth="},
        {{403, "{\"message\": \"not you\"}", WHOLE, 0, NULL, NULL, 0}, LS_E_IO, "403: not you; "},
        {{407, "", WHOLE, 0, NULL, NULL, 0}, LS_E_IO, "the proxy"},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(ask(&cases[i].reply, 1, NULL, 3000), cases[i].rc);
        assert_int_equal(server.count, 1); /* none is tried again */
        says(cases[i].part);
        says(server.url);
    }
    assert_int_equal(ask(&cases[5].reply, 1, "shop:secret", 3000), LS_E_IO);
    says("are the credentials of -X registry.basic.auth right");
}

static void refusals_are_answers(void **state)
{
    (void)state;
    static const struct {
        struct reply reply;
        int code;
        const char *message;
    } cases[] = {
        {{404, "{\"error_code\": 40401, \"message\": \"no such subject\"}", WHOLE, 0, NULL, NULL,
          0},
         40401,
         "no such subject"},
        {{409, "{\"error_code\": 409, \"message\": \"a\\nb\\u0007\\u00e9\"}", WHOLE, 0, NULL, NULL,
          0},
         409,
         "a b \u00e9"},
        {{422, "{\"message\": 7}", WHOLE, 0, NULL, NULL, 0}, 0, ""},
        {{404, "<html>", WHOLE, 0, NULL, NULL, 0}, 0, ""},
        {{400, "[1]", WHOLE, 0, NULL, NULL, 0}, 0, ""},
    };
    for (size_t i = 0; i < LENGTH(cases); i++) {
        assert_int_equal(ask(&cases[i].reply, 1, NULL, 3000), 0);
        assert_int_equal(server.count, 1);
        assert_int_equal(answer.status, cases[i].reply.status);
        assert_int_equal(answer.code, cases[i].code);
        assert_string_equal(answer.message, cases[i].message);
    }
}

/* Cut between characters, wherever the limit falls. */
static void what_is_said_is_cut(void **state)
{
    (void)state;
    for (int shift = 0; shift < 4; shift++) {
        char body[1000] = "{\"message\": \"";
        strncat(body, "aaa", (size_t)shift);
        for (int i = 0; i < 100; i++) {
            strcat(body, "\U0001f600");
        }
        strcat(body, "\"}");
        const struct reply reply = {400, body, WHOLE, 0, NULL, NULL, 0};
        assert_int_equal(ask(&reply, 1, NULL, 0), 0);
        size_t whole = (LS_REGISTRY_MESSAGE_MAX - 1 - (size_t)shift) / 4;
        assert_int_equal(strlen(answer.message), 4 * whole + (size_t)shift);
        assert_memory_equal(answer.message + shift, "\U0001f600", 4);
    }
}

static void credentials_are_in_no_message(void **state)
{
    (void)state;
    static const char *const said[] = {
        "who is shop:open sesame?", "open sesame",
        "you sent Basic c2hvcDpvcGVuIHNlc2FtZQ==, and again open sesame",
        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
        "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
        "ddddddddddddddddddddddd open sesame"};
    char body[1000];
    for (size_t i = 0; i < LENGTH(said); i++) {
        for (unsigned status = 400; status <= 500; status++) {
            snprintf(body, sizeof body, "{\"message\": \"%s\"}", said[i]);
            const struct reply reply = {status, body, WHOLE, 0, NULL, NULL, 0};
            int rc = ask(&reply, 1, "shop:open sesame", 0);
            const char *text = rc < 0 ? err.text : answer.message;
            assert_null(strstr(text, "sesame"));
            assert_null(strstr(text, "open s"));
            assert_null(strstr(text, "c2hvc"));
            assert_non_null(strstr(text, "*"));
            status += status == 404 ? 95 : 0;
        }
    }
}

static void redirects_are_not_followed(void **state)
{
    (void)state;
    static const struct reply fine = {200, "[]", WHOLE, 0, NULL, NULL, 0};
    server_start(&other, &fine, 1);
    for (unsigned status = 301; status <= 308; status++) {
        char to[120];
        snprintf(to, sizeof to, "http://me:mine@%.60s/x", other.url + strlen("http://"));
        const struct reply elsewhere = {status, "", WHOLE, 0, "Location", to, 0};
        assert_int_equal(ask(&elsewhere, 1, "shop:secret", 3000), LS_E_IO);
        assert_int_equal(server.count, 1);
        if (status != 304) {
            says(other.url + strlen("http://"));
        }
        says("give its URL");
        assert_null(strstr(err.text, "mine"));
    }
    assert_int_equal(other.count, 0);
    server_stop(&other);
}

static void what_is_no_url_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *url, *part;
    } cases[] = {
        {"", "neither http:// nor https://"},
        {"127.0.0.1:8081", "neither"},
        {"file:///etc/passwd", "neither"},
        {"HTTP://x", "neither"},
        {"http://", "no host"},
        {"http:///subjects", "no host"},
        {"http://:8081", "no host"},
        {"http://shop:sesame@x:8081/a", "-X registry.basic.auth"},
        {"htp://shop:sesame@x:8081/a", "`x:8081/a`"},
        {"http://x/?a=b", "a character"},
        {"http://x/#a", "a character"},
        {"http://x/a b", "a character"},
        {"http://x/\n", "a character"},
        {"http://x/\u00e9", "a character"},
    };
    static const char *const wrong[] = {"", "shop", ":secret", "shop:sec\nret", "shop\x7f:"};
    struct ls_registry_client *client;
    struct ls_registry_options options = {0};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        options.url = cases[i].url;
        assert_int_equal(ls_registry_client_new(&options, &client, &err), LS_E_USAGE);
        assert_null(client);
        says(cases[i].part);
        says("http[s]://HOST[:PORT][/PATH]");
        assert_null(strstr(err.text, "sesame"));
    }
    options.url = "http://x";
    for (size_t i = 0; i < LENGTH(wrong); i++) {
        options.auth = wrong[i];
        assert_int_equal(ls_registry_client_new(&options, &client, &err), LS_E_USAGE);
        says("USER:PASSWORD");
        assert_true(i == 0 || !strstr(err.text, wrong[i]));
    }
    char *text = ls_mem_new(3000, 1, &err);
    memset(text, 'a', 2999);
    memcpy(text, "a:", 2);
    options.auth = text;
    assert_int_equal(ls_registry_client_new(&options, &client, &err), LS_E_USAGE);
    options = (struct ls_registry_options){.url = text};
    memcpy(text, "http://", 7);
    assert_int_equal(ls_registry_client_new(&options, &client, &err), LS_E_USAGE);
    says("longer than 2000 bytes");
    ls_mem_free(text);
}

static void parts_of_paths_are_encoded(void **state)
{
    (void)state;
    static const struct {
        const char *text, *encoded;
    } cases[] = {{"shop.orders-value", "shop.orders-value"},
                 {"AZaz09-._~", "AZaz09-._~"},
                 {"a/b c?d#e%f&g+h", "a%2Fb%20c%3Fd%23e%25f%26g%2Bh"},
                 {":.ctx:\u00e9", "%3A.ctx%3A%C3%A9"},
                 {"\x01\x7f", "%01%7F"}};
    for (size_t i = 0; i < LENGTH(cases); i++) {
        struct ls_buf out;
        ls_buf_init(&out, "path", 1000);
        assert_int_equal(ls_registry_encode(&out, cases[i].text, &err), 0);
        assert_string_equal(ls_buf_text(&out, &err), cases[i].encoded);
        ls_buf_clear(&out);
    }
}

static void refused_allocations_are_errors(void **state)
{
    (void)state;
    static const struct reply fine = {200, "[1, 2]", WHOLE, 0, NULL, NULL, 0};
    int rc = LS_E_NOMEM;
    server_start(&server, &fine, 1);
    const struct ls_registry_options options = {server.url, "a:b", "/none", 0};
    for (unsigned long n = 1; rc != 0; n++) {
        struct ls_registry_client *client = NULL;
        ls_mem_refuse(n);
        rc = ls_registry_client_new(&options, &client, &err);
        rc = rc < 0 ? rc : ls_registry_ask(client, "/", NULL, &answer, &err);
        ls_mem_refuse(0);
        assert_true(rc == 0 || rc == LS_E_NOMEM);
        if (rc == 0) {
            ls_registry_answer_clear(&answer);
        }
        ls_registry_client_free(client);
        assert_true(n < 100);
    }
    server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_is_sent_as_it_is_meant),
        cmocka_unit_test(what_passes_is_tried_again),
        cmocka_unit_test(patience_comes_to_an_end),
        cmocka_unit_test(a_refused_connection_is_tried_again),
        cmocka_unit_test(what_is_no_schema_registry_is_told),
        cmocka_unit_test(refusals_are_answers),
        cmocka_unit_test(what_is_said_is_cut),
        cmocka_unit_test(credentials_are_in_no_message),
        cmocka_unit_test(redirects_are_not_followed),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(parts_of_paths_are_encoded),
        cmocka_unit_test(refused_allocations_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
