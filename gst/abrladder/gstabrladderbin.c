/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * SECTION:element-abrladderbin
 * @title: abrladderbin
 * @short_description: One picture in several sizes, cut at the same instants
 *
 * Encodes raw video into the rungs of a ladder, for adaptive streaming: IDR
 * frames of all rungs have identical running times, whatever is dropped on one
 * of them, and a rung whose encoder breaks does not disturb the others.  Raw
 * audio becomes AAC beside it.  The source pads come in the order of the
 * ladder and link one to one onto a packager such as llhlssink.
 *
 * ## Errors
 * * %GST_LIBRARY_ERROR_SETTINGS: #GstAbrLadderBin:ladder is not understood, or
 *   has no rung for a pad that was requested.
 * * %GST_CORE_ERROR_MISSING_PLUGIN: none of the encoders is installed.
 * * %GST_STREAM_ERROR_ENCODE: no rung is left.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 abrladderbin name=l ladder="360p@700k 240p@300k audio@96k" \
 *   videotestsrc num-buffers=300 ! video/x-raw,width=640,height=360 ! l.video \
 *   audiotestsrc num-buffers=430 ! l.audio \
 *   l.video_0 ! fakesink l.video_1 ! fakesink l.audio_0 ! fakesink
 * ]|
 *
 * Since: 0.1
 */
/* Locks, in this order: stream locks, object lock.  The object lock guards the
 * settings and the list of inputs; nothing is posted, pushed or changed in
 * state under it.
 * Threads: application (pads, properties, states), one streaming thread per
 * input (planner, flow), any thread that posts a message. */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstabrladderbin.h"

#include <glib/gi18n-lib.h>
#include <gst/pbutils/pbutils.h>
#include <string.h>

#include "encoderchoice.h"
#include "gstabrinput.h"
#include "gstabrplanner.h"
#include "gstabrsettings.h"
#include "gstelementmessage.h"
#include "gststatslist.h"
#include "gststatstimer.h"

GST_DEBUG_CATEGORY (gst_abr_ladder_bin_debug);
#define GST_CAT_DEFAULT gst_abr_ladder_bin_debug

#define MAX_AUDIO_INPUTS 32

struct _GstAbrLadderBin
{
  GstBin parent;

  /* object lock */
  GstAbrSettings settings;
  LadderSpec spec;              /* settled while there are pads */
  GPtrArray *inputs;            /* of GstAbrInput; changed by the application */
  gboolean gave_up;             /* "no rung is left" is posted */
  GstStatsTimer *timer;
};

/* The sinks are named as redundantsrc's sources, the sources as llhlssink's
 * sinks.  An element cannot have two pads or two templates of one name, so the
 * sinks for more languages are not audio_%u. */
/* *INDENT-OFF* */
static GstStaticPadTemplate video_sink_template =
GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("video/x-raw"));
static GstStaticPadTemplate audio_sink_template =
GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("audio/x-raw"));
static GstStaticPadTemplate more_audio_sink_template =
GST_STATIC_PAD_TEMPLATE ("audio_in_%u", GST_PAD_SINK, GST_PAD_REQUEST,
    GST_STATIC_CAPS ("audio/x-raw"));
static GstStaticPadTemplate video_src_template =
GST_STATIC_PAD_TEMPLATE ("video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("video/x-h264, "
        "stream-format=(string){ byte-stream, avc }, alignment=(string)au"));
static GstStaticPadTemplate audio_src_template =
GST_STATIC_PAD_TEMPLATE ("audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES,
    GST_STATIC_CAPS ("audio/mpeg, mpegversion=(int)4, "
        "stream-format=(string)raw"));
/* *INDENT-ON* */

G_DEFINE_FINAL_TYPE_WITH_CODE (GstAbrLadderBin, gst_abr_ladder_bin,
    GST_TYPE_BIN,
    GST_DEBUG_CATEGORY_INIT (gst_abr_ladder_bin_debug, "abrladderbin", 0,
        "abrladderbin"));
GST_ELEMENT_REGISTER_DEFINE (abrladderbin, "abrladderbin", GST_RANK_NONE,
    GST_TYPE_ABR_LADDER_BIN);

/* ---- settings ---- */

static gboolean
take_spec_locked (GstAbrLadderBin * self, GError ** error)
{
  const gchar *text = self->settings.ladder;

  if (text == NULL)
    text = ladder_preset (gst_abr_enum_nick (GST_TYPE_ABR_LADDER_PRESET,
            self->settings.preset));
  if (!ladder_spec_parse (&self->spec, text, error))
    return FALSE;
  ladder_spec_imply_audio (&self->spec);
  return TRUE;
}

/* The pads stand for the rungs, so the ladder is settled with the first. */
static void
set_ladder (GstAbrLadderBin * self, const GValue * value, GParamSpec * pspec)
{
  g_autoptr (GError) error = NULL;
  gboolean settled;

  GST_OBJECT_LOCK (self);
  settled = self->inputs->len > 0;
  if (!settled) {
    gst_abr_settings_set (&self->settings, pspec->param_id, value);
    take_spec_locked (self, &error);
  }
  GST_OBJECT_UNLOCK (self);
  if (settled)
    GST_ERROR_OBJECT (self, "%s must be set before a sink pad is requested; "
        "not changed", pspec->name);
  else if (error != NULL)
    GST_ERROR_OBJECT (self, "%s: %s", pspec->name, error->message);
}

static void
gst_abr_ladder_bin_set_property (GObject * object, guint id,
    const GValue * value, GParamSpec * pspec)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (object);

  if (id == GST_ABR_PROP_LADDER || id == GST_ABR_PROP_PRESET) {
    set_ladder (self, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!gst_abr_settings_set (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  if (id == GST_ABR_PROP_STATS_INTERVAL)
    gst_stats_timer_set_interval (self->timer,
        self->settings.stats_interval_ms);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *get_stats (GstAbrLadderBin * self);

static void
gst_abr_ladder_bin_get_property (GObject * object, guint id, GValue * value,
    GParamSpec * pspec)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (object);

  if (id == GST_ABR_PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  if (!gst_abr_settings_get (&self->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static void
copy_spec (GstAbrLadderBin * self, LadderSpec * spec)
{
  GST_OBJECT_LOCK (self);
  *spec = self->spec;
  GST_OBJECT_UNLOCK (self);
}

static void
copy_settings (GstAbrLadderBin * self, GstAbrSettings * settings)
{
  GST_OBJECT_LOCK (self);
  gst_abr_settings_copy (&self->settings, settings);
  GST_OBJECT_UNLOCK (self);
}

/* ---- rungs ---- */

/* Those of one front, or of all for NULL.  (transfer full) */
static GPtrArray *
copy_branches (GstAbrLadderBin * self, GstAbrFront * front)
{
  GPtrArray *branches = g_ptr_array_new_with_free_func ((GDestroyNotify)
      gst_abr_branch_unref);
  guint i, j;

  GST_OBJECT_LOCK (self);
  for (i = 0; i < self->inputs->len; i++) {
    GstAbrInput *input = g_ptr_array_index (self->inputs, i);

    if (front != NULL && input->front != front)
      continue;
    for (j = 0; j < input->branches->len; j++)
      g_ptr_array_add (branches,
          gst_abr_branch_ref (g_ptr_array_index (input->branches, j)));
  }
  GST_OBJECT_UNLOCK (self);
  return branches;
}

static gboolean
any_alive (GPtrArray * branches)
{
  guint i;

  for (i = 0; i < branches->len; i++) {
    GstAbrBranch *branch = g_ptr_array_index (branches, i);

    if (gst_abr_rung_is_alive (branch->rung))
      return TRUE;
  }
  return FALSE;
}

/* ---- encoders ---- */

static void
post_no_encoder (GstAbrLadderBin * self, LadderMedium medium,
    const gchar * wanted)
{
  g_autoptr (GstCaps) caps = gst_abr_encoder_family (medium);
  g_autofree gchar *hint = encoder_choice_hint (wanted);

  gst_element_post_message (GST_ELEMENT (self),
      gst_missing_encoder_message_new (GST_ELEMENT (self), caps));
  GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
      (_("No encoder for %s is installed. Install one of: %s."),
          medium == LADDER_VIDEO ? "H.264" : "AAC", hint),
      ("property \"%s\" lists \"%s\"", medium == LADDER_VIDEO ? "encoders" :
          "audio-encoders", wanted ? wanted : ""));
}

/* The rung's own wish, else the first of the bin's list; posts the error if
 * nothing is there.  (transfer full) (nullable) */
static gchar *
choose_encoder (GstAbrLadderBin * self, const LadderRung * rung)
{
  g_autofree gchar *wanted = NULL;
  gchar *factory;

  GST_OBJECT_LOCK (self);
  if (rung->encoder[0] != '\0')
    wanted = g_strdup (rung->encoder);
  else
    wanted = g_strdup (rung->medium == LADDER_VIDEO ? self->settings.encoders
        : self->settings.audio_encoders);
  GST_OBJECT_UNLOCK (self);
  factory = gst_abr_encoder_choose (rung->medium, wanted);
  if (factory == NULL)
    post_no_encoder (self, rung->medium, wanted);
  return factory;
}

/* ---- the plan, once per session and input ---- */

/* UTC of running time 0.  Good to the clocks' skew; frames within half a frame
 * of each other on two machines count as the same. */
static guint64
epoch_offset (GstAbrLadderBin * self)
{
  GstClockTime now = gst_element_running_time_now (GST_ELEMENT (self));
  guint64 utc = (guint64) g_get_real_time () * GST_USECOND;

  if (!GST_CLOCK_TIME_IS_VALID (now) || now > utc)
    now = 0;
  return utc - now;
}

static gboolean
plan_audio (GstAbrLadderBin * self, GstAbrFront * front, gboolean live)
{
  g_autoptr (GPtrArray) branches = copy_branches (self, front);
  LadderSpec spec;
  g_auto (GstAbrSettings) settings = { 0 };
  GstAbrRungPlan plan;
  guint i;

  copy_settings (self, &settings);
  copy_spec (self, &spec);
  for (i = 0; i < branches->len; i++) {
    const LadderRung *rung = ladder_spec_nth (&spec, LADDER_AUDIO, i);
    g_autofree gchar *factory = choose_encoder (self, rung);

    if (factory == NULL)
      return FALSE;
    gst_abr_planner_audio_rung (&plan, &settings, rung, factory, live);
    gst_abr_branch_set_plan (g_ptr_array_index (branches, i), &plan);
  }
  return TRUE;
}

static gboolean
plan_video (GstAbrLadderBin * self, GstAbrFront * front,
    const GstVideoInfo * info, gboolean live, GstAbrFrontPlan * front_plan)
{
  g_autoptr (GPtrArray) branches = copy_branches (self, front);
  LadderSpec spec;
  g_auto (GstAbrSettings) settings = { 0 };
  GstAbrRungPlan plan;
  LadderSource source;
  LadderPlan ladder;
  guint i;

  copy_settings (self, &settings);
  copy_spec (self, &spec);
  gst_abr_planner_source (&source, info);
  ladder_plan_make (&ladder, &spec, &source, settings.allow_upscale);
  gst_abr_planner_front (front_plan, &settings, &ladder, epoch_offset (self));
  for (i = 0; i < branches->len; i++) {
    const LadderRung *rung = ladder_spec_nth (&spec, LADDER_VIDEO, i);
    g_autofree gchar *factory = choose_encoder (self, rung);

    if (factory == NULL)
      return FALSE;
    gst_abr_planner_video_rung (&plan, &settings, rung, factory, live, &ladder,
        i);
    gst_abr_branch_set_plan (g_ptr_array_index (branches, i), &plan);
  }
  return TRUE;
}

static gboolean
make_plan (gpointer data, GstAbrFront * front, const GstVideoInfo * info,
    gboolean live, GstAbrFrontPlan * plan)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (data);

  GST_DEBUG_OBJECT (self, "the source is %s", live ? "live: frames may be "
      "dropped" : "not live: it can wait");
  if (info == NULL)
    return plan_audio (self, front, live);
  return plan_video (self, front, info, live, plan);
}

/* Upstream goes on until everybody has had enough: a rung or an input that
 * fails must not take the whole stream with it. */
static GstFlowReturn
combine_flow (gpointer data, GstAbrFront * front)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (data);
  g_autoptr (GPtrArray) branches = copy_branches (self, front);
  guint i, n_eos = 0;

  for (i = 0; i < branches->len; i++) {
    GstAbrBranch *branch = g_ptr_array_index (branches, i);

    if (!gst_abr_rung_is_alive (branch->rung))
      continue;
    if (gst_abr_rung_get_downstream (branch->rung) != GST_FLOW_EOS)
      return GST_FLOW_OK;
    n_eos++;
  }
  return n_eos > 0 ? GST_FLOW_EOS : GST_FLOW_OK;
}

/* ---- messages ---- */

/* (transfer none): of `branches` */
static GstAbrBranch *
find_owner (GPtrArray * branches, GstObject * object)
{
  guint i;

  for (i = 0; i < branches->len; i++) {
    if (gst_abr_branch_owns (g_ptr_array_index (branches, i), object))
      return g_ptr_array_index (branches, i);
  }
  return NULL;
}

static void
give_up (GstAbrLadderBin * self, const gchar * reason)
{
  gboolean again;

  GST_OBJECT_LOCK (self);
  again = self->gave_up;
  self->gave_up = TRUE;
  GST_OBJECT_UNLOCK (self);
  if (!again)
    GST_ELEMENT_ERROR (self, STREAM, ENCODE,
        (_("No encoder of the ladder is left running.")),
        ("the last one failed with: %s", reason));
}

static void
gst_abr_ladder_bin_handle_message (GstBin * bin, GstMessage * message)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (bin);
  g_autoptr (GPtrArray) branches = copy_branches (self, NULL);
  GstAbrBranch *branch = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL, *reason = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    branch = find_owner (branches, GST_MESSAGE_SRC (message));
  if (branch == NULL) {
    GST_BIN_CLASS (gst_abr_ladder_bin_parent_class)->handle_message (bin,
        message);
    return;
  }
  gst_message_parse_error (message, &error, &debug);
  reason = g_strdup_printf ("%s from %s", error->message,
      GST_OBJECT_NAME (GST_MESSAGE_SRC (message)));
  GST_WARNING_OBJECT (self, "%s (%s)", reason, debug ? debug : "");
  gst_message_unref (message);
  gst_abr_rung_change (branch->rung, RUNG_EVENT_ERROR, reason);
  if (!any_alive (branches))
    give_up (self, reason);
}

/* ---- stats ---- */

static void
add_front_stats (GstStructure * stats, GstAbrFront * front)
{
  GstAbrFrontStats counts;

  gst_abr_front_get_stats (front, &counts);
  gst_structure_set (stats,
      "gop-duration", G_TYPE_UINT64, counts.gop_duration,
      "gops", G_TYPE_UINT64, counts.gops,
      "frames-in", G_TYPE_UINT64, counts.frames_in,
      "frames-too-close", G_TYPE_UINT64, counts.frames_too_close,
      "frames-backwards", G_TYPE_UINT64, counts.frames_backwards,
      "frames-untimed", G_TYPE_UINT64, counts.frames_untimed,
      "foreign-requests", G_TYPE_UINT64, counts.foreign_requests, NULL);
}

/* (transfer full) (nullable) */
static GstAbrFront *
ref_video_front (GstAbrLadderBin * self)
{
  GstAbrFront *front = NULL;
  guint i;

  GST_OBJECT_LOCK (self);
  for (i = 0; i < self->inputs->len; i++) {
    GstAbrInput *input = g_ptr_array_index (self->inputs, i);

    if (input->medium == LADDER_VIDEO)
      front = gst_object_ref (input->front);
  }
  GST_OBJECT_UNLOCK (self);
  return front;
}

static GstStructure *
get_stats (GstAbrLadderBin * self)
{
  GstStructure *stats =
      gst_structure_new_empty ("application/x-abrladderbin-stats");
  g_autoptr (GPtrArray) branches = copy_branches (self, NULL);
  g_autoptr (GstAbrFront) front = ref_video_front (self);
  GValue array = G_VALUE_INIT;
  guint i;

  if (front != NULL)
    add_front_stats (stats, front);
  g_value_init (&array, GST_TYPE_ARRAY);
  for (i = 0; i < branches->len; i++)
    gst_stats_list_append (&array,
        gst_abr_branch_get_stats (g_ptr_array_index (branches, i)));
  gst_structure_take_value (stats, "rungs", &array);
  return stats;
}

/* ---- pads ---- */

static GstPadTemplate *
template_of (GstAbrLadderBin * self, const gchar * name)
{
  return gst_element_class_get_pad_template (GST_ELEMENT_GET_CLASS (self),
      name);
}

static gboolean
has_input (GstAbrLadderBin * self, LadderMedium medium, guint index)
{
  gboolean found = FALSE;
  guint i;

  GST_OBJECT_LOCK (self);
  for (i = 0; i < self->inputs->len; i++) {
    GstAbrInput *input = g_ptr_array_index (self->inputs, i);

    found |= input->medium == medium && input->index == index;
  }
  GST_OBJECT_UNLOCK (self);
  return found;
}

/* "audio" is 0, "audio_in_%u" its number or the first free one from 1. */
static guint
audio_index (GstAbrLadderBin * self, GstPadTemplate * template,
    const gchar * name)
{
  const gchar *prefix = "audio_in_";
  guint index = 1;

  if (strcmp (template->name_template, "audio") == 0)
    return 0;
  if (name != NULL && g_str_has_prefix (name, prefix)
      && g_ascii_isdigit (name[strlen (prefix)]))
    return MIN (g_ascii_strtoull (name + strlen (prefix), NULL, 10), G_MAXUINT);
  while (has_input (self, LADDER_AUDIO, index))
    index++;
  return index;
}

static GstAbrInput *
add_input (GstAbrLadderBin * self, GstPadTemplate * template,
    LadderMedium medium, guint index)
{
  g_autofree gchar *name = NULL;
  GstAbrInputConfig config = { 0 };
  LadderSpec spec;

  copy_spec (self, &spec);
  name = index == 0 ? g_strdup (template->name_template)
      : g_strdup_printf ("audio_in_%u", index);
  config.bin = GST_BIN (self);
  config.medium = medium;
  config.index = index;
  config.name = name;
  config.spec = &spec;
  config.sink_template = template;
  config.src_template = template_of (self,
      medium == LADDER_VIDEO ? "video_%u" : "audio_%u");
  config.planner = make_plan;
  config.flow = combine_flow;
  return gst_abr_input_new (&config);
}

static GstPad *
gst_abr_ladder_bin_request_new_pad (GstElement * element,
    GstPadTemplate * template, const gchar * name, const GstCaps * caps)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (element);
  LadderMedium medium = LADDER_VIDEO;
  GstAbrInput *input;
  guint index = 0;

  if (strcmp (template->name_template, "video") != 0) {
    medium = LADDER_AUDIO;
    index = audio_index (self, template, name);
  }
  if (index > MAX_AUDIO_INPUTS || has_input (self, medium, index)) {
    GST_WARNING_OBJECT (self, "no pad %s: there is one, or the number is over "
        "%u", name ? name : template->name_template, MAX_AUDIO_INPUTS);
    return NULL;
  }
  input = add_input (self, template, medium, index);
  if (input == NULL)
    return NULL;
  GST_OBJECT_LOCK (self);
  g_ptr_array_add (self->inputs, input);
  GST_OBJECT_UNLOCK (self);
  return input->sink;
}

static void
gst_abr_ladder_bin_release_pad (GstElement * element, GstPad * pad)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (element);
  GstAbrInput *input = NULL;
  guint i;

  GST_OBJECT_LOCK (self);
  for (i = 0; i < self->inputs->len && input == NULL; i++) {
    input = g_ptr_array_index (self->inputs, i);
    if (input->sink != pad)
      input = NULL;
    else
      g_ptr_array_remove_index (self->inputs, i);
  }
  GST_OBJECT_UNLOCK (self);
  if (input != NULL)
    gst_abr_input_remove (input);
}

/* ---- life ---- */

/* What is wrong with the settings is said before anything runs. */
static gboolean
check_ladder (GstAbrLadderBin * self)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *ladder = NULL;
  gboolean no_video;

  GST_OBJECT_LOCK (self);
  ladder = g_strdup (self->settings.ladder);
  if (self->inputs->len == 0)
    take_spec_locked (self, NULL);
  no_video = ladder_spec_count (&self->spec, LADDER_VIDEO) == 0;
  GST_OBJECT_UNLOCK (self);
  if (ladder != NULL) {
    LadderSpec spec;

    if (!ladder_spec_parse (&spec, ladder, &error)) {
      GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
          (_("The ladder is not understood: %s."), error->message),
          ("property \"ladder\" is \"%s\"", ladder));
      return FALSE;
    }
  }
  if (no_video && has_input (self, LADDER_VIDEO, 0)) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS,
        (_("The ladder has no video rung, but there is a video input.")),
        ("property \"ladder\" is \"%s\"; a video rung is like "
            "\"720p@3000k\"", ladder ? ladder : ""));
    return FALSE;
  }
  return TRUE;
}

static gboolean
check_encoders (GstAbrLadderBin * self)
{
  LadderSpec spec;
  guint i;

  copy_spec (self, &spec);
  for (i = 0; i < spec.n_rungs; i++) {
    g_autofree gchar *factory = NULL;

    if (!has_input (self, spec.rungs[i].medium, 0))
      continue;
    factory = choose_encoder (self, &spec.rungs[i]);
    if (factory == NULL)
      return FALSE;
  }
  return TRUE;
}

static void
remove_chains (GstAbrLadderBin * self)
{
  g_autoptr (GPtrArray) branches = copy_branches (self, NULL);
  guint i;

  for (i = 0; i < branches->len; i++) {
    GstAbrBranch *branch = g_ptr_array_index (branches, i);

    gst_abr_rung_remove_chain (branch->rung);
  }
}

static GstStateChangeReturn
gst_abr_ladder_bin_change_state (GstElement * element,
    GstStateChange transition)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (element);
  GstStateChangeReturn result;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!check_ladder (self) || !check_encoders (self))
      return GST_STATE_CHANGE_FAILURE;
    GST_OBJECT_LOCK (self);
    self->gave_up = FALSE;
    gst_stats_timer_start (self->timer);
    GST_OBJECT_UNLOCK (self);
  }
  result = GST_ELEMENT_CLASS (gst_abr_ladder_bin_parent_class)->change_state
      (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    GST_OBJECT_LOCK (self);
    gst_stats_timer_stop (self->timer);
    GST_OBJECT_UNLOCK (self);
    remove_chains (self);
  }
  return result;
}

static void
gst_abr_ladder_bin_dispose (GObject * object)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (object);
  guint i;

  remove_chains (self);
  for (i = 0; i < self->inputs->len; i++)
    gst_abr_input_free (g_ptr_array_index (self->inputs, i));
  g_ptr_array_set_size (self->inputs, 0);
  G_OBJECT_CLASS (gst_abr_ladder_bin_parent_class)->dispose (object);
}

static void
gst_abr_ladder_bin_finalize (GObject * object)
{
  GstAbrLadderBin *self = GST_ABR_LADDER_BIN (object);

  gst_abr_settings_clear (&self->settings);
  g_ptr_array_unref (self->inputs);
  gst_stats_timer_free (self->timer);
  G_OBJECT_CLASS (gst_abr_ladder_bin_parent_class)->finalize (object);
}

static void
gst_abr_ladder_bin_class_init (GstAbrLadderBinClass * klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_abr_ladder_bin_set_property;
  object_class->get_property = gst_abr_ladder_bin_get_property;
  object_class->dispose = gst_abr_ladder_bin_dispose;
  object_class->finalize = gst_abr_ladder_bin_finalize;
  gst_abr_settings_install (object_class);
  element_class->request_new_pad =
      GST_DEBUG_FUNCPTR (gst_abr_ladder_bin_request_new_pad);
  element_class->release_pad =
      GST_DEBUG_FUNCPTR (gst_abr_ladder_bin_release_pad);
  element_class->change_state =
      GST_DEBUG_FUNCPTR (gst_abr_ladder_bin_change_state);
  GST_BIN_CLASS (klass)->handle_message =
      GST_DEBUG_FUNCPTR (gst_abr_ladder_bin_handle_message);
  gst_element_class_add_static_pad_template (element_class,
      &video_sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &audio_sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &more_audio_sink_template);
  gst_element_class_add_static_pad_template (element_class,
      &video_src_template);
  gst_element_class_add_static_pad_template (element_class,
      &audio_src_template);
  gst_element_class_set_static_metadata (element_class, "Ladder encoder",
      "Codec/Encoder/Bin", "Encodes one picture in several sizes, with key "
      "frames at the same instants", "gst-onair");
  gst_type_mark_as_plugin_api (GST_TYPE_ABR_LADDER_PRESET, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ABR_GOP_ANCHOR, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ABR_SPEED_PRESET, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ABR_TUNE, 0);
  gst_type_mark_as_plugin_api (GST_TYPE_ABR_STREAM_FORMAT, 0);
  gst_pb_utils_init ();
}

static void
gst_abr_ladder_bin_init (GstAbrLadderBin * self)
{
  self->inputs = g_ptr_array_new ();
  self->timer = gst_stats_timer_new (GST_ELEMENT (self));
  gst_abr_settings_init (&self->settings);
  take_spec_locked (self, NULL);
}
