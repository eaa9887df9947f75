/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock only, a leaf; nothing is emitted under it.
 * Threads: the voice's own (joined in stop), any that has something to say. */
#include "gstswitchvoice.h"

#include "gstswitchactions.h"

/* So much is kept for a handler that takes its time. */
#define MAX_QUEUED 256

typedef enum
{
  SPEECH_NOTIFY,
  SPEECH_EMIT,
  SPEECH_ASK,
} SpeechKind;

typedef struct
{
  SpeechKind kind;
  GObject *object;              /* of notify */
  const gchar *name;            /* of the property or the signal; static */
  gchar *arguments[4];
  GstSwitchQuestion *question;
} Speech;

struct _GstSwitchVoice
{
  /* Fixed after new. */
  gint refcount;                /* atomic: the owner's and the thread's */
  GstElement *owner;
  GstSwitchControl *control;

  GThread *thread;              /* state changes only */
  GMutex lock;
  GCond cond;
  /* Under the lock. */
  GQueue queue;                 /* Speech */
  gboolean running;
  guint session;                /* a thread ends when it is not its own */
  guint64 dropped;
};

typedef struct
{
  GstSwitchVoice *voice;
  guint session;
} Run;

static void
speech_free (gpointer data)
{
  Speech *speech = data;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (speech->arguments); i++)
    g_free (speech->arguments[i]);
  g_clear_pointer (&speech->question, gst_switch_question_free);
  g_clear_object (&speech->object);
  g_free (speech);
}

static void
voice_unref (GstSwitchVoice * self)
{
  if (!g_atomic_int_dec_and_test (&self->refcount))
    return;
  g_queue_clear_full (&self->queue, speech_free);
  gst_switch_control_unref (self->control);
  g_cond_clear (&self->cond);
  g_mutex_clear (&self->lock);
  g_free (self);
}

GType
gst_redundant_status_get_type (void)
{
  static gsize type = 0;
  static GEnumValue values[FAILOVER_STATUS_SLATE + 2];

  if (g_once_init_enter (&type)) {
    guint i;

    for (i = 0; i <= FAILOVER_STATUS_SLATE; i++) {
      values[i].value = i;
      values[i].value_name = failover_status_text (i);
      values[i].value_nick = failover_status_nick (i);
    }
    g_once_init_leave (&type, g_enum_register_static ("GstRedundantStatus",
            values));
  }
  return type;
}

void
gst_switch_voice_install_properties (GObjectClass * klass, guint status,
    guint override)
{
  /**
   * GstRedundantSwitch:status:
   *
   * How it is about the whole; notified.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, status,
      g_param_spec_enum ("status", "Status", "How it is about the whole",
          GST_TYPE_REDUNDANT_STATUS, FAILOVER_STATUS_STOPPED,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstRedundantSwitch:override:
   *
   * What the operator has in force: command (none, force, fallback-to-slate,
   * hold, switch-to; the strongest one), input, media, since and until (ns of
   * running time; none without an end), commands (all of them, likewise) and
   * lockouts (names of inputs).
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, override,
      g_param_spec_boxed ("override", "Override",
          "What the operator has in force", GST_TYPE_STRUCTURE,
          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static GQuark
voice_quark (void)
{
  return g_quark_from_static_string ("gst-switch-voice");
}

GstSwitchVoice *
gst_switch_voice_of (GstElement * owner)
{
  return g_object_get_qdata (G_OBJECT (owner), voice_quark ());
}

GstSwitchVoice *
gst_switch_voice_new (GstElement * owner, GstSwitchControl * control)
{
  GstSwitchVoice *self = g_new0 (GstSwitchVoice, 1);

  self->refcount = 1;
  self->owner = owner;
  self->control = gst_switch_control_ref (control);
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  g_queue_init (&self->queue);
  g_object_set_qdata (G_OBJECT (owner), voice_quark (), self);
  return self;
}

void
gst_switch_voice_free (GstSwitchVoice * self)
{
  gst_switch_voice_stop (self);
  g_object_set_qdata (G_OBJECT (self->owner), voice_quark (), NULL);
  voice_unref (self);
}

static void
answer (GstSwitchVoice * self, const GstSwitchQuestion * question)
{
  /* The handler may drop the application's. */
  g_autoptr (GstElement) owner = gst_object_ref (self->owner);
  g_autofree gchar *name = NULL;
  FailoverVerdict verdict;
  GstClockTime now;

  g_signal_emit_by_name (owner, "select-input", question->media,
      question->candidates, &name);
  now = gst_element_running_time_now (owner);
  verdict = gst_switch_control_answer (self->control, question, name,
      GST_CLOCK_TIME_IS_VALID (now) ? now : 0);
  /* That it came too late was told when it was not there. */
  if (verdict != FAILOVER_GRANTED && verdict != FAILOVER_NOT_ASKED)
    gst_switch_actions_refuse (owner, "select-input", name, verdict);
}

static void
say (GstSwitchVoice * self, Speech * speech)
{
  switch (speech->kind) {
    case SPEECH_NOTIFY:
      g_object_notify (speech->object, speech->name);
      break;
    case SPEECH_EMIT:
      g_signal_emit_by_name (self->owner, speech->name, speech->arguments[0],
          speech->arguments[1], speech->arguments[2], speech->arguments[3]);
      break;
    case SPEECH_ASK:
      answer (self, speech->question);
      break;
  }
}

static gpointer
speak (gpointer data)
{
  Run *run = data;
  GstSwitchVoice *self = run->voice;
  Speech *speech;

  g_mutex_lock (&self->lock);
  while (self->session == run->session) {
    speech = g_queue_pop_head (&self->queue);
    if (speech == NULL) {
      g_cond_wait (&self->cond, &self->lock);
      continue;
    }
    g_mutex_unlock (&self->lock);
    say (self, speech);
    speech_free (speech);
    g_mutex_lock (&self->lock);
  }
  g_mutex_unlock (&self->lock);
  voice_unref (self);
  g_free (run);
  return NULL;
}

void
gst_switch_voice_start (GstSwitchVoice * self)
{
  Run *run = g_new (Run, 1);

  gst_switch_voice_stop (self);
  g_mutex_lock (&self->lock);
  self->running = TRUE;
  run->voice = self;
  run->session = self->session;
  g_mutex_unlock (&self->lock);
  g_atomic_int_inc (&self->refcount);
  self->thread = g_thread_new ("switchvoice", speak, run);
}

void
gst_switch_voice_stop (GstSwitchVoice * self)
{
  GThread *thread = g_steal_pointer (&self->thread);

  if (thread == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->running = FALSE;
  self->session++;
  g_queue_clear_full (&self->queue, speech_free);
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  /* A handler that stops the element: its thread ends when it returns. */
  if (thread == g_thread_self ())
    g_thread_unref (thread);
  else
    g_thread_join (thread);
}

/* Takes `speech`. */
static void
queue (GstSwitchVoice * self, Speech * speech)
{
  Speech *oldest = NULL;

  g_mutex_lock (&self->lock);
  if (!self->running) {
    oldest = speech;
  } else {
    if (g_queue_get_length (&self->queue) >= MAX_QUEUED) {
      oldest = g_queue_pop_head (&self->queue);
      self->dropped++;
    }
    g_queue_push_tail (&self->queue, speech);
    g_cond_broadcast (&self->cond);
  }
  g_mutex_unlock (&self->lock);
  if (oldest == NULL)
    return;
  if (oldest != speech)
    GST_WARNING_OBJECT (self->owner, "a handler of the application takes too "
        "long: a signal is dropped");
  speech_free (oldest);
}

gboolean
gst_switch_voice_has_selector (GstSwitchVoice * self)
{
  guint id = g_signal_lookup ("select-input", G_OBJECT_TYPE (self->owner));

  return g_signal_has_handler_pending (self->owner, id, 0, FALSE);
}

void
gst_switch_voice_notify (GstSwitchVoice * self, GObject * object,
    const gchar * property)
{
  Speech *speech = g_new0 (Speech, 1);

  speech->kind = SPEECH_NOTIFY;
  speech->object = g_object_ref (object);
  speech->name = property;
  queue (self, speech);
}

void
gst_switch_voice_emit (GstSwitchVoice * self, const gchar * signal,
    const gchar * a, const gchar * b, const gchar * c, const gchar * d)
{
  Speech *speech = g_new0 (Speech, 1);

  speech->kind = SPEECH_EMIT;
  speech->name = signal;
  speech->arguments[0] = g_strdup (a);
  speech->arguments[1] = g_strdup (b);
  speech->arguments[2] = g_strdup (c);
  speech->arguments[3] = g_strdup (d);
  queue (self, speech);
}

void
gst_switch_voice_ask (GstSwitchVoice * self, GstSwitchQuestion * question)
{
  Speech *speech = g_new0 (Speech, 1);

  speech->kind = SPEECH_ASK;
  speech->question = question;
  queue (self, speech);
}

/* The first handler that names an input has chosen. */
static gboolean
take_first_name (GSignalInvocationHint * hint, GValue * result,
    const GValue * answer, gpointer user_data)
{
  g_value_copy (answer, result);
  return g_value_get_string (answer) == NULL;
}

void
gst_switch_voice_install (GType type)
{
  /**
   * GstRedundantSwitch::switched:
   * @media: video or audio
   * @from: name of the input that was shown, or slate
   * @to: name of the one that is shown now, or slate
   * @reason: as in the message
   *
   * Something else is shown.  Emitted in a thread that does nothing else.
   *
   * Since: 0.1
   */
  g_signal_new ("switched", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
      G_TYPE_NONE, 4, G_TYPE_STRING, G_TYPE_STRING, G_TYPE_STRING,
      G_TYPE_STRING);
  /**
   * GstRedundantSwitch::select-input:
   * @media: video, audio or video+audio
   * @candidates: reason, active, choice (what happens without an answer) and
   *   inputs, an array of structures with name and priority, best first
   *
   * Asked where the automaton would choose among two or more healthy inputs.
   * Emitted in a thread that does nothing else; the output goes on meanwhile
   * and the automaton chooses by itself after 50 ms.
   *
   * Returns: (nullable) (transfer full): name of an input, or NULL to leave
   *   it to the automaton
   *
   * Since: 0.1
   */
  g_signal_new ("select-input", type, G_SIGNAL_RUN_LAST, 0, take_first_name,
      NULL, NULL, G_TYPE_STRING, 2, G_TYPE_STRING,
      GST_TYPE_STRUCTURE | G_SIGNAL_TYPE_STATIC_SCOPE);
}
