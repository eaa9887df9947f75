/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every property, signal and pad template of every element of ours stands in
 * docs/elements/<element>.md, and the tables there tell the defaults and ranges
 * that the properties have. */
#include <gst/check/gstcheck.h>

#include <string.h>

static const gchar *const plugin_names[] = {
  "redundancy", "abrladder", "bondedsrt", "llhls", "healthprobe",
};

/* Inherited ones are documented where they come from. */
static gboolean
is_ours (GType owner, GType element_type)
{
  return owner == element_type;
}

static guint
count_missing (const gchar * text, const gchar * element, const gchar * kind,
    const gchar * name)
{
  g_autofree gchar *quoted = g_strdup_printf ("`%s`", name);

  if (strstr (text, quoted) != NULL)
    return 0;
  g_printerr ("docs/elements/%s.md lacks the %s %s\n", element, kind, quoted);
  return 1;
}

/* The cells of a row, blanks and what marks code taken away; NULL when the line
 * is none. */
static gchar **
split_row (const gchar * line)
{
  gchar **cells;
  guint i;

  if (line[0] != '|')
    return NULL;
  cells = g_strsplit (line + 1, "|", -1);
  for (i = 0; cells[i] != NULL; i++) {
    g_autofree gchar *cell = cells[i];
    g_auto (GStrv) pieces = g_strsplit (cell, "`", -1);

    cells[i] = g_strstrip (g_strjoinv ("", pieces));
  }
  return cells;
}

/* The place of the column in a table of properties, or -1. */
static gint
find_default (gchar ** header)
{
  gint i;

  if (!g_str_has_suffix (header[0], "roperty"))
    return -1;
  for (i = 1; header[i] != NULL; i++) {
    if (g_ascii_strcasecmp (header[i], "default") == 0)
      return i;
  }
  return -1;
}

static gchar *
print_default (GParamSpec * spec)
{
  const GValue *value = g_param_spec_get_default_value (spec);
  g_auto (GValue) text = G_VALUE_INIT;

  if (G_IS_PARAM_SPEC_BOOLEAN (spec))
    return g_strdup (g_value_get_boolean (value) ? "true" : "false");
  if (G_IS_PARAM_SPEC_ENUM (spec)) {
    GEnumClass *klass = G_PARAM_SPEC_ENUM (spec)->enum_class;

    return g_strdup (g_enum_get_value (klass,
            g_value_get_enum (value))->value_nick);
  }
  if (G_IS_PARAM_SPEC_STRING (spec)) {
    const gchar *string = g_value_get_string (value);

    return g_strdup (string != NULL ? string : "NULL");
  }
  if (G_IS_PARAM_SPEC_FLAGS (spec) || G_IS_PARAM_SPEC_BOXED (spec))
    return NULL;
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return g_strdup_printf ("%g", g_value_get_double (value));
  g_value_init (&text, G_TYPE_STRING);
  fail_unless (g_value_transform (value, &text));
  return g_value_dup_string (&text);
}

/* "MINIMUM to MAXIMUM", or NULL where all values of the type are allowed. */
static gchar *
print_range (GParamSpec * spec)
{
  if (G_IS_PARAM_SPEC_INT (spec)) {
    GParamSpecInt *s = G_PARAM_SPEC_INT (spec);

    return s->minimum == G_MININT && s->maximum == G_MAXINT ? NULL
        : g_strdup_printf ("%d to %d", s->minimum, s->maximum);
  }
  if (G_IS_PARAM_SPEC_UINT (spec)) {
    GParamSpecUInt *s = G_PARAM_SPEC_UINT (spec);

    return s->minimum == 0 && s->maximum == G_MAXUINT ? NULL
        : g_strdup_printf ("%u to %u", s->minimum, s->maximum);
  }
  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return g_strdup_printf ("%.9g to %.9g", G_PARAM_SPEC_DOUBLE (spec)->minimum,
        G_PARAM_SPEC_DOUBLE (spec)->maximum);
  return NULL;
}

/* 0.10 is 0.1; "0 (never)" is 0; what is not set may be called so. */
static gboolean
is_default (GParamSpec * spec, const gchar * cell, const gchar * value)
{
  gsize length = strlen (value);

  if (G_IS_PARAM_SPEC_DOUBLE (spec))
    return g_ascii_strtod (cell, NULL) == g_ascii_strtod (value, NULL);
  if (length == 0)
    return g_str_equal (cell, "empty");
  if (g_str_equal (value, "NULL"))
    return g_ascii_strncasecmp (cell, value, length) == 0;
  return g_str_has_prefix (cell, value) && !g_ascii_isalnum (cell[length])
      && cell[length] != '.';
}

/* What is wrong with the row, or NULL. */
static gchar *
judge_row (GParamSpec * spec, const gchar * line, const gchar * cell)
{
  g_autofree gchar *value = print_default (spec);
  g_autofree gchar *range = print_range (spec);

  if ((spec->flags & G_PARAM_WRITABLE) == 0)
    return NULL;
  if (value != NULL && !is_default (spec, cell, value))
    return g_strdup_printf ("has the default \"%s\", it is \"%s\"", cell,
        value);
  if (range != NULL && strstr (line, range) == NULL)
    return g_strdup_printf ("lacks the range \"%s\"", range);
  return NULL;
}

/* A name that pads have too stands in two tables: one has to be right. */
static guint
check_row (GParamSpec * spec, const gchar * element, const gchar * text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree gchar *fault = g_strdup ("stands in no table with defaults");
  gboolean right = FALSE, in_table = FALSE;
  gint column = -1;
  guint i;

  for (i = 0; lines[i] != NULL && !right; i++) {
    g_auto (GStrv) cells = split_row (lines[i]);

    if (cells != NULL && !in_table)
      column = find_default (cells);
    in_table = cells != NULL;
    if (!in_table || column < 0 || !g_str_equal (cells[0], spec->name)
        || (gint) g_strv_length (cells) <= column)
      continue;
    g_free (fault);
    fault = judge_row (spec, lines[i], cells[column]);
    right = fault == NULL;
  }
  if (!right)
    g_printerr ("docs/elements/%s.md: the row of `%s` %s\n", element,
        spec->name, fault);
  return right ? 0 : 1;
}

static guint
check_properties (GObjectClass * klass, const gchar * name,
    const gchar * text, const gchar * rows)
{
  g_autofree GParamSpec **specs = NULL;
  guint n, i, missing = 0;

  specs = g_object_class_list_properties (klass, &n);
  for (i = 0; i < n; i++) {
    if (!is_ours (specs[i]->owner_type, G_OBJECT_CLASS_TYPE (klass)))
      continue;
    missing += count_missing (text, name, "property", specs[i]->name);
    missing += check_row (specs[i], name, rows);
  }
  return missing;
}

/* Pads that have properties tell so by their templates' types. */
static guint
check_pads (GstElementClass * klass, const gchar * name, const gchar * text)
{
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  GList *l;
  guint missing = 0;

  for (l = gst_element_class_get_pad_template_list (klass); l != NULL;
      l = l->next) {
    GType type;

    g_object_get (l->data, "gtype", &type, NULL);
    if (type == GST_TYPE_PAD || type == GST_TYPE_GHOST_PAD
        || type == G_TYPE_NONE
        || !g_hash_table_add (seen, GSIZE_TO_POINTER (type)))
      continue;
    {
      GObjectClass *pad_class = g_type_class_ref (type);

      missing += check_properties (pad_class, name, text, text);
      g_type_class_unref (pad_class);
    }
  }
  g_hash_table_unref (seen);
  return missing;
}

static guint
check_signals (GType type, const gchar * name, const gchar * text)
{
  g_autofree guint *ids = NULL;
  guint n, i, missing = 0;

  ids = g_signal_list_ids (type, &n);
  for (i = 0; i < n; i++)
    missing += count_missing (text, name, "signal", g_signal_name (ids[i]));
  return missing;
}

static guint
check_templates (GstElementFactory * factory, const gchar * name,
    const gchar * text)
{
  const GList *l = gst_element_factory_get_static_pad_templates (factory);
  guint missing = 0;

  for (; l != NULL; l = l->next) {
    GstStaticPadTemplate *template = l->data;
    missing += count_missing (text, name, "pad", template->name_template);
  }
  return missing;
}

/* The properties of these are those of another page, which is linked. */
static const gchar *const shared[][2] = {
  {"redundantsrc", "redundantswitch"},
};

static gchar *
read_page (const gchar * element)
{
  g_autofree gchar *file = g_strdup_printf ("%s/docs/elements/%s.md",
      g_getenv ("ONAIR_SOURCE_DIR"), element);
  gchar *text = NULL;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    g_printerr ("docs/elements/%s.md is missing\n", element);
  return text;
}

static gchar *
read_rows (const gchar * element, const gchar * text)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (shared); i++) {
    if (g_str_equal (element, shared[i][0])) {
      g_autofree gchar *other = read_page (shared[i][1]);

      return g_strconcat (text, "\n", other, NULL);
    }
  }
  return g_strdup (text);
}

static guint
check_element (GstElementFactory * factory)
{
  const gchar *name = GST_OBJECT_NAME (factory);
  g_autofree gchar *text = read_page (name), *rows = NULL;
  g_autoptr (GstElement) element = NULL;
  guint missing = 0;

  if (text == NULL)
    return 1;
  element = gst_object_ref_sink (gst_element_factory_create (factory, NULL));
  fail_unless (element != NULL);
  rows = read_rows (name, text);
  missing += check_properties (G_OBJECT_GET_CLASS (element), name, text, rows);
  missing += check_pads (GST_ELEMENT_GET_CLASS (element), name, text);
  missing += check_signals (G_OBJECT_TYPE (element), name, text);
  missing += check_templates (factory, name, text);
  return missing;
}

static guint
check_plugin (const gchar * name)
{
  GList *features, *l;
  guint missing = 0;

  features = gst_registry_get_feature_list_by_plugin (gst_registry_get (),
      name);
  for (l = features; l != NULL; l = l->next) {
    g_autoptr (GstPluginFeature) loaded = gst_plugin_feature_load (l->data);

    if (loaded != NULL && GST_IS_ELEMENT_FACTORY (loaded))
      missing += check_element (GST_ELEMENT_FACTORY (loaded));
  }
  gst_plugin_feature_list_free (features);
  return missing;
}

GST_START_TEST (docs_tell_every_property_signal_and_pad)
{
  guint i, missing = 0;

  for (i = 0; i < G_N_ELEMENTS (plugin_names); i++)
    missing += check_plugin (plugin_names[i]);
  fail_unless_equals_int (missing, 0);
}

GST_END_TEST;

static Suite *
docs_suite (void)
{
  Suite *s = suite_create ("docs");
  TCase *tc = tcase_create ("docs");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, docs_tell_every_property_signal_and_pad);
  return s;
}

GST_CHECK_MAIN (docs);
