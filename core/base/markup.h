/* Text inside XML and HTML. */
#ifndef LS_BASE_MARKUP_H
#define LS_BASE_MARKUP_H

#include "core/base/buf.h"

/* The size of the character that a text of at least one byte begins with; 0 where that is none, or
 * one that may not stand in XML. */
size_t ls_markup_character(const uint8_t *text, size_t size);

/* Appends a text so that it stands for itself, also in quotes. What is no character becomes a
 * question mark. */
int ls_markup(struct ls_buf *out, const void *text, size_t size, struct ls_error *err);

#endif
