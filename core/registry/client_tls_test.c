/* The client and a server that shows a certificate of its own making. */
#include "core/registry/client.h"

#include "core/registry/server_test.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

static struct ls_error err;
static struct server server;
static struct ls_registry_answer answer;
static char certificate[8192], key[8192];

static void to_text(BIO *bio, char *out, size_t size)
{
    int count = BIO_read(bio, out, (int)size - 1);
    assert_true(count > 0);
    out[count] = '\0';
    BIO_free(bio);
}

/* Good for 127.0.0.1, from now on for an hour. */
static int make_certificate(void **state)
{
    (void)state;
    EVP_PKEY *pair = EVP_RSA_gen(2048);
    X509 *made = X509_new();
    X509_NAME *name = X509_get_subject_name(made);
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), -3600);
    X509_gmtime_adj(X509_getm_notAfter(made), 3600);
    X509_set_pubkey(made, pair);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1, 0);
    X509_set_issuer_name(made, name);
    X509V3_CTX context;
    X509V3_set_ctx(&context, made, made, NULL, NULL, 0);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, &context, NID_subject_alt_name,
                                                "IP:127.0.0.1");
    X509_add_ext(made, names, -1);
    X509_EXTENSION_free(names);
    X509_sign(made, pair, EVP_sha256());
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, made);
    to_text(bio, certificate, sizeof certificate);
    bio = BIO_new(BIO_s_mem());
    PEM_write_bio_PrivateKey(bio, pair, NULL, NULL, 0, NULL, NULL);
    to_text(bio, key, sizeof key);
    X509_free(made);
    EVP_PKEY_free(pair);
    return 0;
}

static int ask(const char *url, const char *ca_file)
{
    struct ls_registry_client *client;
    const struct ls_registry_options options = {
        .url = url, .auth = "shop:sesame", .ca_file = ca_file, .patience_ms = 20000};
    assert_int_equal(ls_registry_client_new(&options, &client, &err), 0);
    int rc = ls_registry_ask(client, "/", NULL, &answer, &err);
    ls_registry_answer_clear(&answer);
    ls_registry_client_free(client);
    return rc;
}

static void says(const char *part)
{
    if (!strstr(err.text, part)) {
        fail_msg("`%s` does not say `%s`", err.text, part);
    }
}

static const struct reply fine = {200, "[]", WHOLE, 0, NULL, NULL, 0};

static void a_certificate_has_to_be_known(void **state)
{
    (void)state;
    char path[] = "/tmp/lockstep-ca-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, certificate, strlen(certificate)), strlen(certificate));
    close(fd);
    server_init(&server, &fine, 1);
    server_listen(&server, 0, certificate, key);
    assert_memory_equal(server.url, "https:", 6);
    uint64_t begin = ls_clock_ns();
    assert_int_equal(ask(server.url, NULL), LS_E_IO);
    says("registry.ca.location=FILE");
    assert_int_equal(ask(server.url, "/none/ca.pem"), LS_E_IO);
    says("registry.ca.location=FILE");
    assert_true(ls_clock_ns() - begin < UINT64_C(10000000000)); /* none is tried again */
    assert_int_equal(server.count, 0);                          /* and no credentials were shown */
    assert_int_equal(ask(server.url, path), 0);
    assert_int_equal(server.count, 1);
    assert_string_equal(server.asked[0].auth, "Basic c2hvcDpzZXNhbWU=");
    server_stop(&server);
    unlink(path);
}

static void schemes_are_not_mixed_up(void **state)
{
    (void)state;
    char url[100];
    server_start(&server, &fine, 1);
    snprintf(url, sizeof url, "https%.60s", server.url + strlen("http"));
    assert_int_equal(ask(url, NULL), LS_E_IO);
    says("is it http:// or https://");
    server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_has_to_be_known),
        cmocka_unit_test(schemes_are_not_mixed_up),
    };
    return cmocka_run_group_tests(tests, make_certificate, NULL);
}
