/* SPDX-License-Identifier: MIT */
/*
 * The HTTP/1.1 that a server of files needs (RFC 9110 and 9112): from the bytes of a request's head
 * to what is asked for, and the words of an answer. It knows nothing of rings and sockets.
 */
#ifndef EXAMPLES_HTTP_H
#define EXAMPLES_HTTP_H

#include "common.h"

#include <strings.h>

enum {
    HTTP_HEAD_MAX = 8192, /* bytes of a request line and its fields */
    HTTP_PATH_MAX = 1024,
    HTTP_DATE_MAX = 64
};

struct http_text {
    const char *data;
    size_t length;
};

struct http_request {
    int status;      /* 0: well-formed; else the answer that it gets */
    bool head;       /* HEAD: no body in the answer */
    bool keep_alive;
    bool old;        /* HTTP/1.0 */
    bool expects;    /* Expect: the client waits before it sends its body */
    bool directory;  /* the path ends with a slash */
    bool has_length;
    bool has_host;
    uint64_t body;   /* bytes of the request's body */
    struct http_text target; /* as sent, without the query */
    struct http_text range;
    struct http_text if_range;
    struct http_text if_modified;
    char path[HTTP_PATH_MAX]; /* decoded, relative, "." for the root; no "..", no empty part */
};

static inline const char *http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } rows[] = {{200, "OK"}, {206, "Partial Content"}, {301, "Moved Permanently"},
                {304, "Not Modified"}, {400, "Bad Request"}, {403, "Forbidden"},
                {404, "Not Found"}, {405, "Method Not Allowed"}, {408, "Request Timeout"},
                {411, "Length Required"}, {413, "Content Too Large"}, {414, "URI Too Long"},
                {416, "Range Not Satisfiable"}, {417, "Expectation Failed"},
                {431, "Request Header Fields Too Large"}, {501, "Not Implemented"},
                {503, "Service Unavailable"}, {505, "HTTP Version Not Supported"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].status == status)
            return rows[i].reason;
    }
    return "Internal Server Error";
}

static inline const char *http_type(const char *path)
{
    static const char *const rows[][2] = {
        {"html", "text/html; charset=utf-8"}, {"htm", "text/html; charset=utf-8"},
        {"txt", "text/plain; charset=utf-8"}, {"md", "text/plain; charset=utf-8"},
        {"css", "text/css"}, {"js", "text/javascript"}, {"json", "application/json"},
        {"xml", "application/xml"}, {"svg", "image/svg+xml"}, {"png", "image/png"},
        {"jpg", "image/jpeg"}, {"jpeg", "image/jpeg"}, {"gif", "image/gif"},
        {"webp", "image/webp"}, {"ico", "image/vnd.microsoft.icon"}, {"pdf", "application/pdf"},
        {"wasm", "application/wasm"}, {"gz", "application/gzip"}, {"mp4", "video/mp4"}};
    const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
    const char *suffix = strrchr(name, '.');

    for (size_t i = 0; suffix != NULL && i < sizeof rows / sizeof *rows; i++) {
        if (strcasecmp(suffix + 1, rows[i][0]) == 0)
            return rows[i][1];
    }
    return "application/octet-stream";
}

static inline void http_date(char text[HTTP_DATE_MAX], int64_t seconds)
{
    time_t time = (time_t)seconds;
    struct tm parts;

    if (gmtime_r(&time, &parts) == NULL ||
        strftime(text, HTTP_DATE_MAX, "%a, %d %b %Y %H:%M:%S GMT", &parts) == 0)
        text[0] = '\0';
}

static inline bool http_is(struct http_text text, const char *word)
{
    return text.length == strlen(word) && strncasecmp(text.data, word, text.length) == 0;
}

/* Is the word among those that commas separate? */
static inline bool http_lists(struct http_text text, const char *word)
{
    while (text.length > 0) {
        const char *comma = memchr(text.data, ',', text.length);
        size_t length = comma != NULL ? (size_t)(comma - text.data) : text.length;
        struct http_text item = {text.data, length};

        while (item.length > 0 && (*item.data == ' ' || *item.data == '\t'))
            item.data++, item.length--;
        while (item.length > 0 && strchr(" \t", item.data[item.length - 1]) != NULL)
            item.length--;
        if (http_is(item, word))
            return true;
        length += comma != NULL;
        text.data += length;
        text.length -= length;
    }
    return false;
}

/* Digits alone, below 2^62; false else. */
static inline bool http_number(struct http_text text, uint64_t *number)
{
    *number = 0;
    if (text.length == 0 || text.length > 18)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *number = *number * 10 + (uint64_t)(text.data[i] - '0');
    }
    return true;
}

/* ---- Paths ---- */

static inline int http_hex(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit = (char)(digit | 0x20);
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* One byte of the target, decoded, or -1; *at moves behind it. */
static inline int http_decode(struct http_text target, size_t *at)
{
    char byte = target.data[(*at)++];
    int high, low;

    if (byte != '%')
        return (unsigned char)byte;
    if (target.length - *at < 2)
        return -1;
    high = http_hex(target.data[*at]);
    low = http_hex(target.data[*at + 1]);
    *at += 2;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* Decoded first and taken apart then, so that %2e%2e and %2f mean what they mean to the kernel. */
static inline int http_path(struct http_request *request)
{
    char decoded[HTTP_PATH_MAX];
    size_t length = 0, out = 0;

    for (size_t at = 0; at < request->target.length;) {
        int byte = http_decode(request->target, &at);

        if (byte <= 0)
            return 400;
        if (length == sizeof decoded - 1)
            return 414;
        decoded[length++] = (char)byte;
    }
    decoded[length] = '\0';
    request->directory = true;
    for (const char *part = decoded; *part != '\0';) {
        size_t size = strcspn(part, "/");
        bool dot = size == 1 && *part == '.';

        if (size == 2 && memcmp(part, "..", 2) == 0)
            return 403;
        if (size > 0)
            request->directory = dot || part[size] == '/';
        if (size > 0 && !dot) {
            if (out > 0)
                request->path[out++] = '/';
            memcpy(request->path + out, part, size);
            out += size;
        }
        part += size + (part[size] == '/');
    }
    if (out == 0)
        request->path[out++] = '.';
    request->path[out] = '\0';
    return 0;
}

/* ---- The head of a request ---- */

static inline int http_method(struct http_request *request, struct http_text method)
{
    static const char *const known[] = {"POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE",
                                        "PATCH"};

    request->head = method.length == 4 && memcmp(method.data, "HEAD", 4) == 0;
    if (request->head || (method.length == 3 && memcmp(method.data, "GET", 3) == 0))
        return 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (method.length == strlen(known[i]) &&
            memcmp(method.data, known[i], method.length) == 0)
            return 405;
    }
    return method.length == 0 ? 400 : 501;
}

/* "/path?query", or "http://host/path?query" as to a proxy. */
static inline int http_target(struct http_request *request, struct http_text target)
{
    const char *query = memchr(target.data, '?', target.length);

    if (query != NULL)
        target.length = (size_t)(query - target.data);
    if (target.length >= 7 && strncasecmp(target.data, "http://", 7) == 0) {
        const char *slash = memchr(target.data + 7, '/', target.length - 7);

        target.length = slash != NULL ? target.length - (size_t)(slash - target.data) : 1;
        target.data = slash != NULL ? slash : "/";
    }
    if (target.length == 0 || target.data[0] != '/' ||
        memchr(target.data, '#', target.length) != NULL)
        return 400;
    request->target = target;
    return http_path(request);
}

static inline int http_request_line(struct http_request *request, struct http_text line)
{
    const char *space = memchr(line.data, ' ', line.length);
    const char *end = memrchr(line.data, ' ', line.length);
    struct http_text version;
    int status;

    if (space == NULL || space == end || memchr(space + 1, ' ', (size_t)(end - space - 1)) != NULL)
        return 400;
    version = (struct http_text){end + 1, line.length - (size_t)(end + 1 - line.data)};
    if (version.length != 8 || memcmp(version.data, "HTTP/", 5) != 0 || version.data[6] != '.')
        return 400;
    if (version.data[5] != '1')
        return 505;
    request->old = version.data[7] == '0';
    request->keep_alive = !request->old;
    status = http_method(request, (struct http_text){line.data, (size_t)(space - line.data)});
    return status != 0 ? status
                       : http_target(request, (struct http_text){space + 1,
                                                                 (size_t)(end - space - 1)});
}

/* Where two readers of one stream could disagree on where a request ends, it is refused. */
static inline int http_field(struct http_request *request, struct http_text name,
                             struct http_text value)
{
    uint64_t number;

    if (http_is(name, "content-length")) {
        if (!http_number(value, &number) || (request->has_length && request->body != number))
            return 400;
        request->has_length = true;
        request->body = number;
    } else if (http_is(name, "transfer-encoding")) {
        return 411;
    } else if (http_is(name, "connection")) {
        if (http_lists(value, "close"))
            request->keep_alive = false;
        else if (http_lists(value, "keep-alive"))
            request->keep_alive = true;
    } else if (http_is(name, "host")) {
        if (request->has_host)
            return 400;
        request->has_host = true;
    } else if (http_is(name, "expect")) {
        request->expects = true;
    } else if (http_is(name, "range")) {
        request->range = value;
    } else if (http_is(name, "if-range")) {
        request->if_range = value;
    } else if (http_is(name, "if-modified-since")) {
        request->if_modified = value;
    }
    return 0;
}

static inline int http_field_line(struct http_request *request, struct http_text line)
{
    const char *colon = memchr(line.data, ':', line.length);
    struct http_text name = {line.data, colon != NULL ? (size_t)(colon - line.data) : 0};
    struct http_text value;

    /* White space in a name is a folded line, or a field that others do not see. */
    if (name.length == 0 || memchr(name.data, ' ', name.length) != NULL ||
        memchr(name.data, '\t', name.length) != NULL)
        return 400;
    value = (struct http_text){colon + 1, line.length - name.length - 1};
    while (value.length > 0 && (*value.data == ' ' || *value.data == '\t'))
        value.data++, value.length--;
    while (value.length > 0 &&
           (value.data[value.length - 1] == ' ' || value.data[value.length - 1] == '\t'))
        value.length--;
    return http_field(request, name, value);
}

static inline bool http_is_text(struct http_text line)
{
    for (size_t i = 0; i < line.length; i++) {
        unsigned char byte = (unsigned char)line.data[i];

        if ((byte < 0x20 && byte != '\t') || byte == 0x7f)
            return false;
    }
    return true;
}

/*
 * Bytes of the head, up to and with its empty line, or 0 when that has not come. The request points
 * into data.
 */
static inline size_t http_parse(struct http_request *request, const char *data, size_t length)
{
    const char *end = memmem(data, length, "\r\n\r\n", 4);
    const char *line = data;
    bool first = true;

    memset(request, 0, sizeof *request);
    if (end == NULL)
        return 0;
    while (request->status == 0 && line < end + 2) {
        const char *stop = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        struct http_text text = {line, (size_t)(stop - line)};

        line = stop + 2;
        if (!http_is_text(text))
            request->status = 400;
        else if (first)
            request->status = http_request_line(request, text);
        else
            request->status = http_field_line(request, text);
        first = false;
    }
    if (request->status == 0 && !request->has_host && !request->old)
        request->status = 400;
    return (size_t)(end + 4 - data);
}

/* ---- Ranges ---- */

/*
 * The bytes that "bytes=first-last", "bytes=first-" or "bytes=-count" ask for of a file of this
 * size: 206 with *first and *length, 416, or 200 where the field is to be ignored (several ranges,
 * a mistake, another unit).
 */
static inline int http_range(struct http_text range, uint64_t size, uint64_t *first,
                             uint64_t *length)
{
    struct http_text from, to;
    const char *dash;
    uint64_t last;

    if (range.length < 7 || strncasecmp(range.data, "bytes=", 6) != 0)
        return 200;
    from = (struct http_text){range.data + 6, range.length - 6};
    dash = memchr(from.data, '-', from.length);
    if (dash == NULL)
        return 200;
    to = (struct http_text){dash + 1, from.length - (size_t)(dash + 1 - from.data)};
    from.length = (size_t)(dash - from.data);
    if (from.length == 0) {
        if (!http_number(to, &last))
            return 200;
        *length = last < size ? last : size;
        *first = size - *length;
        return *length == 0 ? 416 : 206;
    }
    if (!http_number(from, first))
        return 200;
    last = size;
    if (to.length > 0 && (!http_number(to, &last) || last < *first))
        return 200;
    if (*first >= size)
        return 416;
    *length = (last < size ? last + 1 : size) - *first;
    return 206;
}

#endif
