/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "encoderchoice.h"

#include <string.h>

typedef struct
{
  const gchar *factory;
  const gchar *package;         /* Debian's */
} Package;

/* *INDENT-OFF* */
static const Package packages[] = {
  { "x264enc", "gstreamer1.0-plugins-ugly" },
  { "openh264enc", "gstreamer1.0-plugins-bad" },
  { "nvh264enc", "gstreamer1.0-plugins-bad" },
  { "vah264enc", "gstreamer1.0-plugins-bad" },
  { "voaacenc", "gstreamer1.0-plugins-bad" },
  { "fdkaacenc", "gstreamer1.0-fdkaac" },
  { "avenc_aac", "gstreamer1.0-libav" },
};
/* *INDENT-ON* */

static gchar **
split (const gchar * preferred)
{
  return g_strsplit_set (preferred ? preferred : "", " \t\r\n,", -1);
}

gchar *
encoder_choice_pick (const gchar * preferred, EncoderInstalled installed,
    gpointer data)
{
  g_auto (GStrv) names = split (preferred);
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    if (names[i][0] != '\0' && installed (names[i], data))
      return g_strdup (names[i]);
  }
  return NULL;
}

static const gchar *
package_of (const gchar * factory)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (packages); i++) {
    if (strcmp (packages[i].factory, factory) == 0)
      return packages[i].package;
  }
  return NULL;
}

gchar *
encoder_choice_hint (const gchar * preferred)
{
  g_auto (GStrv) names = split (preferred);
  GString *hint = g_string_new (NULL);
  const gchar *package;
  guint i;

  for (i = 0; names[i] != NULL; i++) {
    if (names[i][0] == '\0')
      continue;
    if (hint->len > 0)
      g_string_append (hint, ", ");
    g_string_append (hint, names[i]);
    package = package_of (names[i]);
    if (package != NULL)
      g_string_append_printf (hint, " (%s)", package);
  }
  return g_string_free (hint, FALSE);
}
