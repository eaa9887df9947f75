/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every property, signal and pad template of every element of ours stands in
 * docs/elements/<element>.md. */
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

static guint
check_properties (GObjectClass * klass, const gchar * name, const gchar * text)
{
  g_autofree GParamSpec **specs = NULL;
  guint n, i, missing = 0;

  specs = g_object_class_list_properties (klass, &n);
  for (i = 0; i < n; i++) {
    if (is_ours (specs[i]->owner_type, G_OBJECT_CLASS_TYPE (klass)))
      missing += count_missing (text, name, "property", specs[i]->name);
  }
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

static guint
check_element (GstElementFactory * factory)
{
  const gchar *name = GST_OBJECT_NAME (factory);
  g_autofree gchar *file = NULL, *text = NULL;
  g_autoptr (GstElement) element = NULL;
  guint missing = 0;

  file = g_strdup_printf ("%s/docs/elements/%s.md",
      g_getenv ("ONAIR_SOURCE_DIR"), name);
  if (!g_file_get_contents (file, &text, NULL, NULL)) {
    g_printerr ("docs/elements/%s.md is missing\n", name);
    return 1;
  }
  element = gst_object_ref_sink (gst_element_factory_create (factory, NULL));
  fail_unless (element != NULL);
  missing += check_properties (G_OBJECT_GET_CLASS (element), name, text);
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

GST_START_TEST (docs_name_every_property_signal_and_pad)
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
  tcase_add_test (tc, docs_name_every_property_signal_and_pad);
  return s;
}

GST_CHECK_MAIN (docs);
