/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstredundantsettings.h"

#define ALL_MEDIA (GST_REDUNDANT_SRC_MEDIA_VIDEO | GST_REDUNDANT_SRC_MEDIA_AUDIO)
#define DEFAULT_MEDIA ALL_MEDIA
#define DEFAULT_AV_POLICY GST_REDUNDANT_SRC_AV_POLICY_PREFER_COMMON
#define DEFAULT_REQUIRE_ALL_MEDIA TRUE
#define DEFAULT_STANDBY GST_REDUNDANT_SRC_STANDBY_HOT
#define DEFAULT_EOS_POLICY GST_REDUNDANT_SRC_EOS_POLICY_RESTART
#define DEFAULT_CONNECT_TIMEOUT 8000    /* ms */
#define DEFAULT_STALL_TIMEOUT 5000      /* ms */
#define DEFAULT_TEARDOWN_TIMEOUT 5000   /* ms */
#define DEFAULT_RECONNECT_WINDOW 60000  /* ms */
#define DEFAULT_RETRY_INITIAL 250       /* ms */
#define DEFAULT_RETRY_MAX 8000  /* ms */
#define DEFAULT_MERGE_WINDOW 200        /* ms */
#define DEFAULT_OUTPUT GST_REDUNDANT_SRC_OUTPUT_RAW

#define HEALTHY_AFTER (10 * GST_SECOND)
#define RENEW_AFTER GST_SECOND

GType
gst_redundant_src_media_get_type (void)
{
  static gsize type = 0;
  static const GFlagsValue values[] = {
    {GST_REDUNDANT_SRC_MEDIA_VIDEO, "Video", "video"},
    {GST_REDUNDANT_SRC_MEDIA_AUDIO, "Audio", "audio"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_flags_register_static ("GstRedundantSrcMedia", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

GType
gst_redundant_src_output_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_REDUNDANT_SRC_OUTPUT_RAW, "Decoded", "raw"},
    {GST_REDUNDANT_SRC_OUTPUT_ENCODED, "As the inputs are", "encoded"},
    {GST_REDUNDANT_SRC_OUTPUT_AUDIO_RAW, "Video as it is, audio decoded",
        "audio-raw"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSrcOutput", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

GType
gst_redundant_src_av_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_REDUNDANT_SRC_AV_POLICY_PREFER_COMMON,
        "Sound stays with the picture where it can", "prefer-common"},
    {GST_REDUNDANT_SRC_AV_POLICY_COMMON,
        "Picture and sound are always of the same input", "common"},
    {GST_REDUNDANT_SRC_AV_POLICY_INDEPENDENT,
          "Picture and sound are each where their own health says",
        "independent"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSrcAvPolicy",
        values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

GType
gst_redundant_src_standby_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_REDUNDANT_SRC_STANDBY_HOT, "Connected and decoded", "hot"},
    {GST_REDUNDANT_SRC_STANDBY_WARM, "Connected, decoded when needed", "warm"},
    {GST_REDUNDANT_SRC_STANDBY_COLD, "Connected when needed", "cold"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSrcStandby", values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

GType
gst_redundant_src_eos_policy_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
    {GST_REDUNDANT_SRC_EOS_POLICY_RESTART,
        "An input that ends is connected again", "restart"},
    {GST_REDUNDANT_SRC_EOS_POLICY_NEXT,
        "An input that ends is done; the next one goes on", "next"},
    {GST_REDUNDANT_SRC_EOS_POLICY_FINISH,
        "As next, and the output ends with the last input", "finish"},
    {0, NULL, NULL},
  };

  if (g_once_init_enter (&type)) {
    GType new_type = g_enum_register_static ("GstRedundantSrcEosPolicy",
        values);
    g_once_init_leave (&type, new_type);
  }
  return type;
}

void
gst_redundant_settings_init (GstRedundantSettings * self)
{
  self->media = DEFAULT_MEDIA;
  self->output = DEFAULT_OUTPUT;
  self->av_policy = DEFAULT_AV_POLICY;
  self->require_all_media = DEFAULT_REQUIRE_ALL_MEDIA;
  self->standby = DEFAULT_STANDBY;
  self->eos_policy = DEFAULT_EOS_POLICY;
  self->connect_timeout_ms = DEFAULT_CONNECT_TIMEOUT;
  self->stall_timeout_ms = DEFAULT_STALL_TIMEOUT;
  self->teardown_timeout_ms = DEFAULT_TEARDOWN_TIMEOUT;
  self->reconnect_window_ms = DEFAULT_RECONNECT_WINDOW;
  self->retry_initial_ms = DEFAULT_RETRY_INITIAL;
  self->retry_max_ms = DEFAULT_RETRY_MAX;
  self->merge_window_ms = DEFAULT_MERGE_WINDOW;
}

void
gst_redundant_settings_clear (GstRedundantSettings * self)
{
  guint i;

  for (i = 0; i < G_N_ELEMENTS (self->caps); i++)
    gst_clear_caps (&self->caps[i]);
}

guint
gst_redundant_settings_encoded (const GstRedundantSettings * self)
{
  switch (self->output) {
    case GST_REDUNDANT_SRC_OUTPUT_RAW:
      return 0;
    case GST_REDUNDANT_SRC_OUTPUT_ENCODED:
      return ALL_MEDIA;
    case GST_REDUNDANT_SRC_OUTPUT_AUDIO_RAW:
      return GST_REDUNDANT_SRC_MEDIA_VIDEO;
  }
  g_assert_not_reached ();
}

AvPolicyKind
gst_redundant_settings_av_policy (const GstRedundantSettings * self)
{
  switch (self->av_policy) {
    case GST_REDUNDANT_SRC_AV_POLICY_PREFER_COMMON:
      return AV_POLICY_PREFER_COMMON;
    case GST_REDUNDANT_SRC_AV_POLICY_COMMON:
      return AV_POLICY_COMMON;
    case GST_REDUNDANT_SRC_AV_POLICY_INDEPENDENT:
      return AV_POLICY_INDEPENDENT;
  }
  g_assert_not_reached ();
}

GstRedundantInputConfig
gst_redundant_settings_config (const GstRedundantSettings * self, guint media)
{
  GstRedundantInputConfig config = { {0,}, };

  config.life.connect_timeout = self->connect_timeout_ms * GST_MSECOND;
  config.life.stall_timeout = self->stall_timeout_ms * GST_MSECOND;
  config.life.teardown_timeout = self->teardown_timeout_ms * GST_MSECOND;
  config.renew_after = RENEW_AFTER;
  config.life.healthy_after = HEALTHY_AFTER;
  config.life.ends = self->eos_policy != GST_REDUNDANT_SRC_EOS_POLICY_RESTART;
  config.finish = self->eos_policy == GST_REDUNDANT_SRC_EOS_POLICY_FINISH;
  config.life.lost_after = self->reconnect_window_ms * GST_MSECOND;
  config.retry_initial = self->retry_initial_ms * GST_MSECOND;
  config.retry_max = self->retry_max_ms * GST_MSECOND;
  config.merge_window = self->merge_window_ms * GST_MSECOND;
  config.media = media;
  config.encoded = media & gst_redundant_settings_encoded (self);
  /* Where media are taken one by one, one is worth a connection. */
  config.require_all = self->require_all_media
      && self->av_policy == GST_REDUNDANT_SRC_AV_POLICY_COMMON;
  config.standby = (StandbyMode) self->standby;
  return config;
}

static guint *
uint_field (GstRedundantSettings * self, guint id)
{
  switch (id) {
    case GST_REDUNDANT_PROP_CONNECT_TIMEOUT:
      return &self->connect_timeout_ms;
    case GST_REDUNDANT_PROP_STALL_TIMEOUT:
      return &self->stall_timeout_ms;
    case GST_REDUNDANT_PROP_TEARDOWN_TIMEOUT:
      return &self->teardown_timeout_ms;
    case GST_REDUNDANT_PROP_RECONNECT_WINDOW:
      return &self->reconnect_window_ms;
    case GST_REDUNDANT_PROP_RETRY_INITIAL:
      return &self->retry_initial_ms;
    case GST_REDUNDANT_PROP_RETRY_MAX:
      return &self->retry_max_ms;
    case GST_REDUNDANT_PROP_MERGE_WINDOW:
      return &self->merge_window_ms;
    default:
      return NULL;
  }
}

gboolean
gst_redundant_settings_set (GstRedundantSettings * self, guint id,
    const GValue * value)
{
  guint *field = uint_field (self, id);

  if (field != NULL)
    *field = g_value_get_uint (value);
  else if (id == GST_REDUNDANT_PROP_MEDIA)
    self->media = g_value_get_flags (value);
  else if (id == GST_REDUNDANT_PROP_OUTPUT)
    self->output = g_value_get_enum (value);
  else if (id == GST_REDUNDANT_PROP_VIDEO_CAPS)
    gst_caps_replace (&self->caps[GST_SWITCH_VIDEO],
        (GstCaps *) gst_value_get_caps (value));
  else if (id == GST_REDUNDANT_PROP_AUDIO_CAPS)
    gst_caps_replace (&self->caps[GST_SWITCH_AUDIO],
        (GstCaps *) gst_value_get_caps (value));
  else if (id == GST_REDUNDANT_PROP_AV_POLICY)
    self->av_policy = g_value_get_enum (value);
  else if (id == GST_REDUNDANT_PROP_REQUIRE_ALL_MEDIA)
    self->require_all_media = g_value_get_boolean (value);
  else if (id == GST_REDUNDANT_PROP_STANDBY)
    self->standby = g_value_get_enum (value);
  else if (id == GST_REDUNDANT_PROP_EOS_POLICY)
    self->eos_policy = g_value_get_enum (value);
  else
    return FALSE;
  return TRUE;
}

gboolean
gst_redundant_settings_get (GstRedundantSettings * self, guint id,
    GValue * value)
{
  guint *field = uint_field (self, id);

  if (field != NULL)
    g_value_set_uint (value, *field);
  else if (id == GST_REDUNDANT_PROP_MEDIA)
    g_value_set_flags (value, self->media);
  else if (id == GST_REDUNDANT_PROP_OUTPUT)
    g_value_set_enum (value, self->output);
  else if (id == GST_REDUNDANT_PROP_VIDEO_CAPS)
    gst_value_set_caps (value, self->caps[GST_SWITCH_VIDEO]);
  else if (id == GST_REDUNDANT_PROP_AUDIO_CAPS)
    gst_value_set_caps (value, self->caps[GST_SWITCH_AUDIO]);
  else if (id == GST_REDUNDANT_PROP_AV_POLICY)
    g_value_set_enum (value, self->av_policy);
  else if (id == GST_REDUNDANT_PROP_REQUIRE_ALL_MEDIA)
    g_value_set_boolean (value, self->require_all_media);
  else if (id == GST_REDUNDANT_PROP_STANDBY)
    g_value_set_enum (value, self->standby);
  else if (id == GST_REDUNDANT_PROP_EOS_POLICY)
    g_value_set_enum (value, self->eos_policy);
  else
    return FALSE;
  return TRUE;
}

static void
install_uint (GObjectClass * klass, guint id, const gchar * name,
    const gchar * nick, const gchar * blurb, guint min, guint max,
    guint value, GParamFlags when)
{
  g_object_class_install_property (klass, id,
      g_param_spec_uint (name, nick, blurb, min, max, value,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | when));
}

static void
install_streams (GObjectClass * klass)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstRedundantSrc:media:
   *
   * What is put out.  Of that, what is linked when going to PAUSED counts.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_MEDIA,
      g_param_spec_flags ("media", "Media", "What is put out",
          GST_TYPE_REDUNDANT_SRC_MEDIA, DEFAULT_MEDIA,
          flags | GST_PARAM_MUTABLE_READY));
  /**
   * GstRedundantSrc:output:
   *
   * What is put out.  Raw media is decoded, converted and filled where inputs
   * lack something.  Encoded media passes as it is: another input begins with
   * a key frame, and without one nothing comes.  Read when going to PAUSED.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_OUTPUT,
      g_param_spec_enum ("output", "Output", "What form is put out",
          GST_TYPE_REDUNDANT_SRC_OUTPUT, DEFAULT_OUTPUT,
          flags | GST_PARAM_MUTABLE_READY));
  /**
   * GstRedundantSrc:video-caps:
   *
   * What the video output is; raw inputs are converted to it.  NULL is as the
   * first input is.  Read when going to PAUSED.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_VIDEO_CAPS,
      g_param_spec_boxed ("video-caps", "Video caps",
          "What the video output is (NULL: as the first input)",
          GST_TYPE_CAPS, flags | GST_PARAM_MUTABLE_READY));
  /**
   * GstRedundantSrc:audio-caps:
   *
   * What the audio output is; raw inputs are converted to it.  NULL is as the
   * first input is.  Read when going to PAUSED.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_AUDIO_CAPS,
      g_param_spec_boxed ("audio-caps", "Audio caps",
          "What the audio output is (NULL: as the first input)",
          GST_TYPE_CAPS, flags | GST_PARAM_MUTABLE_READY));
}

static void
install_whole (GObjectClass * klass)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * GstRedundantSrc:av-policy:
   *
   * Whether picture and sound go together.  With prefer-common the sound is of
   * the picture's input while that brings it in time, and of another one else.
   * With common an input that lacks one of the two has failed.  With
   * independent the sound is switched as if there were no picture.  Takes
   * effect at once; for reconnecting, when going to PLAYING.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_AV_POLICY,
      g_param_spec_enum ("av-policy", "Audio-video policy",
          "Whether picture and sound go together",
          GST_TYPE_REDUNDANT_SRC_AV_POLICY, DEFAULT_AV_POLICY,
          flags | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstRedundantSrc:require-all-media:
   *
   * An input is healthy only while all media that are put out and taken of it
   * arrive; else one is enough, and with #GstRedundantSrc:av-policy common the
   * others are filled.  Takes effect at once for health, for reconnecting when
   * going to PLAYING.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_REQUIRE_ALL_MEDIA,
      g_param_spec_boolean ("require-all-media", "Require all media",
          "An input is healthy only while all media arrive",
          DEFAULT_REQUIRE_ALL_MEDIA, flags | GST_PARAM_MUTABLE_PLAYING));
}

static void
install_standby (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:standby:
   *
   * How ready inputs are that are not shown: of all but those with priority 0,
   * and of those that have no `standby` of their own.  Read when going to
   * PLAYING.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_STANDBY,
      g_param_spec_enum ("standby", "Standby",
          "How ready inputs are that are not shown",
          GST_TYPE_REDUNDANT_SRC_STANDBY, DEFAULT_STANDBY, G_PARAM_READWRITE
          | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
}

static void
install_eos_policy (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:eos-policy:
   *
   * What the end of an input's stream means.  With restart it is a failure: the
   * input is connected again.  With next the input is done, until
   * #GstRedundantSrc::restart-input.  With finish, too, and when all inputs are
   * done the output ends once it has played what they brought.  Read when going
   * to PLAYING.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, GST_REDUNDANT_PROP_EOS_POLICY,
      g_param_spec_enum ("eos-policy", "EOS policy",
          "What the end of an input's stream means",
          GST_TYPE_REDUNDANT_SRC_EOS_POLICY, DEFAULT_EOS_POLICY,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS
          | GST_PARAM_MUTABLE_READY));
}

static void
install_reconnecting (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:connect-timeout:
   *
   * An input that delivers nothing for this long after its start is started
   * anew, in milliseconds.  bondedsrt inputs wait by themselves.  Read when
   * going to PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_CONNECT_TIMEOUT, "connect-timeout",
      "Connect timeout", "Start an input anew that delivers nothing at first "
      "(ms)", 100, 3600000, DEFAULT_CONNECT_TIMEOUT, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSrc:stall-timeout:
   *
   * An input that stops delivering is started anew after this, in
   * milliseconds.  Read when going to PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_STALL_TIMEOUT, "stall-timeout",
      "Stall timeout", "Start an input anew that stopped delivering (ms)", 100,
      3600000, DEFAULT_STALL_TIMEOUT, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSrc:teardown-timeout:
   *
   * A connection that is not down after this is left to itself and counted as
   * a zombie, in milliseconds.  Read when going to PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_TEARDOWN_TIMEOUT, "teardown-timeout",
      "Teardown timeout", "Leave a connection to itself that hangs when "
      "stopped (ms)", 100, 60000, DEFAULT_TEARDOWN_TIMEOUT,
      GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSrc:reconnect-window:
   *
   * An outage that is longer is reported as lost, in milliseconds; it is
   * retried all the same.  Read when going to PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_RECONNECT_WINDOW, "reconnect-window",
      "Reconnect window", "An outage that is longer is reported as lost (ms)",
      0, G_MAXUINT, DEFAULT_RECONNECT_WINDOW, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSrc:retry-initial:
   *
   * Pause before the second attempt to connect, in milliseconds; the first is
   * made at once, and the pause doubles from then on.  Read when going to
   * PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_RETRY_INITIAL, "retry-initial",
      "First pause", "Pause before the second attempt to connect (ms)", 1,
      3600000, DEFAULT_RETRY_INITIAL, GST_PARAM_MUTABLE_READY);
  /**
   * GstRedundantSrc:retry-max:
   *
   * Longest pause between attempts to connect, in milliseconds.  Read when
   * going to PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_RETRY_MAX, "retry-max",
      "Longest pause", "Longest pause between attempts to connect (ms)", 1,
      3600000, DEFAULT_RETRY_MAX, GST_PARAM_MUTABLE_READY);
}

static void
install_merge (GObjectClass * klass)
{
  /**
   * GstRedundantSrc:merge-window:
   *
   * How far apart inputs with the same merge-group may be, in milliseconds:
   * within it a loss on one is filled from the others.  Read when going to
   * PLAYING.
   *
   * Since: 0.1
   */
  install_uint (klass, GST_REDUNDANT_PROP_MERGE_WINDOW, "merge-window",
      "Merge window", "How far apart inputs that are merged may be (ms)", 1,
      15000, DEFAULT_MERGE_WINDOW, GST_PARAM_MUTABLE_READY);
}

void
gst_redundant_settings_install (GObjectClass * klass)
{
  install_streams (klass);
  install_whole (klass);
  install_standby (klass);
  install_eos_policy (klass);
  install_reconnecting (klass);
  install_merge (klass);
}
