/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "contenthealth.h"

G_BEGIN_DECLS

/* The bits are those of ContentFault. */
typedef enum
{
  GST_REDUNDANT_FAIL_ON_BLACK = 1 << CONTENT_BLACK,
  GST_REDUNDANT_FAIL_ON_FREEZE = 1 << CONTENT_FREEZE,
  GST_REDUNDANT_FAIL_ON_SILENCE = 1 << CONTENT_SILENCE,
  GST_REDUNDANT_FAIL_ON_LOW_BITRATE = 1 << CONTENT_LOW_BITRATE,
} GstRedundantFailOn;

#define GST_TYPE_REDUNDANT_FAIL_ON (gst_redundant_fail_on_get_type ())
GType gst_redundant_fail_on_get_type (void);

/* What content an input is left for.  Plain data: guard it with the owner's
 * lock. */
typedef struct
{
  guint fail_on;                /* bit mask */
  guint black_timeout_ms;
  guint freeze_timeout_ms;
  guint silence_timeout_ms;
  guint min_bitrate;            /* bit/s */
  guint trigger_samples;
  guint trigger_window;         /* samples */
} GstContentSettings;

/* The properties; their ids follow `first` in this order. */
enum
{
  GST_CONTENT_SETTING_FAIL_ON,
  GST_CONTENT_SETTING_BLACK_TIMEOUT,
  GST_CONTENT_SETTING_FREEZE_TIMEOUT,
  GST_CONTENT_SETTING_SILENCE_TIMEOUT,
  GST_CONTENT_SETTING_MIN_BITRATE,
  GST_CONTENT_SETTING_TRIGGER_SAMPLES,
  GST_CONTENT_SETTING_TRIGGER_WINDOW,
  GST_CONTENT_N_SETTINGS
};

void gst_content_settings_install (GObjectClass * klass, guint first);
void gst_content_settings_init (GstContentSettings * self);
/* `setting` is one of the above; FALSE when it is none. */
gboolean gst_content_settings_set (GstContentSettings * self, guint setting,
    const GValue * value);
gboolean gst_content_settings_get (const GstContentSettings * self,
    guint setting, GValue * value);

/* "black+silence", "" for none.  (transfer full) */
gchar *gst_content_faults_to_string (guint faults);

/* Can `element` do what they say?  If not, it posts an error that says why. */
gboolean gst_content_settings_check (const GstContentSettings * self,
    GstElement * element);
/* The same without an error.  (transfer full) (nullable): all is well */
gchar *gst_content_settings_find_fault (const GstContentSettings * self);

ContentConfig gst_content_settings_config (const GstContentSettings * self);

G_END_DECLS
