/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "failover.h"

#define SECOND G_GUINT64_CONSTANT (1000000000)

typedef struct
{
  gboolean seen;
  guint64 last;                 /* arrival of the newest data */
  guint64 since;                /* alive without a pause since then */
} Life;

typedef struct
{
  gint id;
  guint priority;
  guint media;                  /* bit mask of those that count */
  gboolean locked_out;
  FailoverReason end;           /* NONE while the connection stands */
  Life life[FAILOVER_MEDIA];
  guint faults;                 /* bit mask of ContentFault */
  guint64 clean_since;          /* without faults since then */
  gboolean returned;            /* came back by itself, at `returned_at` */
  guint64 returned_at;
  guint flaps;                  /* in a row */
  guint64 all_flaps;
} Input;

typedef enum
{
  QUESTION_NONE,
  QUESTION_ASKED,
  QUESTION_ANSWERED,
} Question;

struct _Failover
{
  FailoverConfig config;
  GArray *inputs;
  guint64 started_at;
  gboolean has_shown;           /* some input was active in this session */
  gint active;
  guint64 active_since;
  guint64 failed_at;            /* the active one is not usable since then */
  FailoverReason removed;       /* why the active input is gone, or NONE */
  gint preferred;               /* before all others, or NONE */
  gint wanted;                  /* switch-to */
  gint forced;                  /* force */
  gboolean slate;               /* fallback-to-slate */
  gboolean hold;
  gboolean selecting;
  Question asked;
  guint question;               /* number of the last one */
  guint64 asked_at;
  gint answer;
  guint64 ask_again_at;         /* about a return */
};

typedef struct
{
  gint to;
  FailoverReason reason;
} Choice;

static Input *
find (const Failover * self, gint id)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = &g_array_index (self->inputs, Input, i);
    if (input->id == id)
      return input;
  }
  return NULL;
}

static gboolean
is_required (const Failover * self, guint medium)
{
  return (self->config.required & (1u << medium)) != 0;
}

static gboolean
is_alive (const Failover * self, const Input * input, guint medium, guint64 now)
{
  const Life *life = &input->life[medium];

  return life->seen && now < life->last + self->config.timeout[medium];
}

/* It delivers all that makes it whole, whatever that looks like. */
static gboolean
is_whole (const Failover * self, const Input * input, guint64 now)
{
  guint medium, alive = 0, wanted = 0;

  if (input->end != FAILOVER_REASON_NONE)
    return FALSE;
  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (!is_required (self, medium))
      continue;
    wanted++;
    if (is_alive (self, input, medium, now))
      alive++;
  }
  return self->config.require_all ? alive == wanted && alive > 0 : alive > 0;
}

static gboolean
is_healthy (const Failover * self, const Input * input, guint64 now)
{
  return input->faults == 0 && is_whole (self, input, now);
}

static gboolean
is_usable (const Failover * self, const Input * input, guint64 now)
{
  return !input->locked_out && is_healthy (self, input, now);
}

/* When the health that an input has now began. */
static guint64
healthy_since (const Failover * self, const Input * input, guint64 now)
{
  guint64 since = input->clean_since;
  guint medium;

  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (is_required (self, medium) && is_alive (self, input, medium, now))
      since = MAX (since, input->life[medium].since);
  }
  return since;
}

/* When health ends if nothing more arrives. */
static guint64
health_deadline (const Failover * self, const Input * input, guint64 now)
{
  guint64 deadline = G_MAXUINT64;
  guint medium;

  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (is_required (self, medium) && is_alive (self, input, medium, now)) {
      deadline = MIN (deadline,
          input->life[medium].last + self->config.timeout[medium]);
    }
  }
  return deadline;
}

static guint64
return_delay (const Failover * self, const Input * input)
{
  guint64 delay = self->config.return_delay;
  guint i;

  for (i = 0; i < input->flaps && delay < self->config.return_delay_max; i++)
    delay *= 2;
  return MIN (delay, MAX (self->config.return_delay,
          self->config.return_delay_max));
}

Failover *
failover_new (const FailoverConfig * config, guint64 now)
{
  Failover *self = g_new0 (Failover, 1);

  self->config = *config;
  self->inputs = g_array_new (FALSE, TRUE, sizeof (Input));
  self->wanted = self->forced = self->preferred = FAILOVER_NONE;
  failover_start (self, now);
  return self;
}

void
failover_free (Failover * self)
{
  g_array_unref (self->inputs);
  g_free (self);
}

void
failover_configure (Failover * self, const FailoverConfig * config)
{
  self->config = *config;
}

static void
forget_health (Input * input)
{
  guint medium;

  input->end = FAILOVER_REASON_NONE;
  input->faults = 0;
  input->clean_since = 0;
  for (medium = 0; medium < FAILOVER_MEDIA; medium++)
    input->life[medium].seen = FALSE;
}

void
failover_start (Failover * self, guint64 now)
{
  guint i;

  self->started_at = now;
  self->active = FAILOVER_NONE;
  self->failed_at = G_MAXUINT64;
  self->removed = FAILOVER_REASON_NONE;
  self->has_shown = FALSE;
  self->asked = QUESTION_NONE;
  self->ask_again_at = 0;
  self->active_since = now;
  for (i = 0; i < self->inputs->len; i++) {
    Input *input = &g_array_index (self->inputs, Input, i);
    forget_health (input);
    input->returned = FALSE;
    input->flaps = 0;
    input->all_flaps = 0;
  }
}

void
failover_add_input (Failover * self, gint id, guint priority)
{
  Input input = { 0, };

  g_assert (id >= 0 && find (self, id) == NULL);
  input.id = id;
  input.priority = priority;
  input.media = ~0u;
  g_array_append_val (self->inputs, input);
}

void
failover_remove_input (Failover * self, gint id)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    if (g_array_index (self->inputs, Input, i).id == id) {
      g_array_remove_index (self->inputs, i);
      break;
    }
  }
  if (self->active == id)
    self->removed = FAILOVER_REASON_REMOVED;
  if (self->wanted == id)
    self->wanted = FAILOVER_NONE;
  if (self->forced == id)
    self->forced = FAILOVER_NONE;
}

void
failover_set_priority (Failover * self, gint id, guint priority)
{
  Input *input = find (self, id);

  if (input != NULL)
    input->priority = priority;
}

void
failover_set_media (Failover * self, gint id, guint media)
{
  Input *input = find (self, id);
  guint medium;

  if (input == NULL)
    return;
  input->media = media;
  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (!(media & (1u << medium)))
      input->life[medium].seen = FALSE;
  }
}

void
failover_prefer (Failover * self, gint id)
{
  self->preferred = id;
}

void
failover_on_connection (Failover * self, gint id)
{
  Input *input = find (self, id);

  if (input != NULL)
    forget_health (input);
}

void
failover_on_arrival (Failover * self, gint id, guint medium, guint64 now)
{
  Input *input = find (self, id);
  Life *life;

  g_assert (medium < FAILOVER_MEDIA);
  if (input == NULL || input->end != FAILOVER_REASON_NONE
      || !(input->media & (1u << medium)))
    return;
  life = &input->life[medium];
  if (!is_alive (self, input, medium, now))
    life->since = now;
  life->seen = TRUE;
  life->last = now;
}

void
failover_on_end (Failover * self, gint id, FailoverReason why)
{
  Input *input = find (self, id);

  if (input != NULL && input->end == FAILOVER_REASON_NONE)
    input->end = why;
}

void
failover_on_content (Failover * self, gint id, guint faults, guint64 now)
{
  Input *input = find (self, id);

  if (input == NULL)
    return;
  if (input->faults != 0 && faults == 0)
    input->clean_since = now;
  input->faults = faults;
}

static gboolean
is_better (const Failover * self, const Input * input, const Input * than)
{
  if (input->id == self->preferred || than->id == self->preferred)
    return input->id == self->preferred && than->id != self->preferred;
  return input->priority < than->priority;
}

/* Best usable input, the first one among equals; `than` bounds the search to
 * better ones and to those healthy for their return delay. */
static Input *
best (const Failover * self, guint64 now, const Input * than,
    guint64 * deadline)
{
  Input *found = NULL;
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = &g_array_index (self->inputs, Input, i);
    guint64 due;

    if (!is_usable (self, input, now))
      continue;
    if (than != NULL) {
      if (!is_better (self, input, than))
        continue;
      due = healthy_since (self, input, now) + return_delay (self, input);
      if (now < due) {
        *deadline = MIN (*deadline, due);
        continue;
      }
    }
    if (found == NULL || is_better (self, input, found))
      found = input;
  }
  return found;
}

static gboolean
brings_something (const Failover * self, const Input * input, guint64 now,
    guint64 * deadline)
{
  guint medium;
  gboolean alive = FALSE;

  if (input->locked_out || input->end != FAILOVER_REASON_NONE)
    return FALSE;
  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (!is_required (self, medium) || !is_alive (self, input, medium, now))
      continue;
    *deadline = MIN (*deadline, input->life[medium].last
        + self->config.timeout[medium]);
    alive = TRUE;
  }
  return alive;
}

/* The first medium leads: one that brings it serves better than one that does
 * not. */
static gboolean
serves_better (const Failover * self, const Input * input, const Input * than,
    guint64 now)
{
  gboolean leads = is_required (self, 0) && is_alive (self, input, 0, now);
  gboolean led = is_required (self, 0) && is_alive (self, than, 0, now);

  return leads != led ? leads : is_better (self, input, than);
}

/* The best of those that lack a medium: better than nothing at all. */
static Input *
best_partial (Failover * self, guint64 now, guint64 * deadline)
{
  Input *found = NULL;
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = &g_array_index (self->inputs, Input, i);

    if (brings_something (self, input, now, deadline)
        && (found == NULL || serves_better (self, input, found, now)))
      found = input;
  }
  return found;
}

/* The best of those that lack nothing but good content: better than one that
 * lacks a medium. */
static Input *
best_faulty (Failover * self, guint64 now, guint64 * deadline)
{
  Input *found = NULL;
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    Input *input = &g_array_index (self->inputs, Input, i);

    if (input->faults != 0 && is_whole (self, input, now)
        && brings_something (self, input, now, deadline)
        && (found == NULL || is_better (self, input, found)))
      found = input;
  }
  return found;
}

/* Does an input that lacks a medium bring less than another such one? */
static gboolean
is_served_better (Failover * self, const Input * active, guint64 now,
    guint64 * deadline)
{
  Input *other;

  if (active == NULL || !brings_something (self, active, now, deadline))
    return TRUE;
  other = best_partial (self, now, deadline);
  return is_required (self, 0) && !is_alive (self, active, 0, now)
      && is_alive (self, other, 0, now);
}

/* It is not known to lack what it takes. */
static gboolean
may_be_healthy (const Failover * self, const Input * input)
{
  guint brings = self->config.required & input->media;

  if (input->locked_out)
    return FALSE;
  return self->config.require_all ? brings == self->config.required
      : brings != 0;
}

/* Could a better input than the best usable one still come at the start? */
static gboolean
startup_may_wait (const Failover * self, const Input * usable)
{
  guint i;

  for (i = 0; i < self->inputs->len; i++) {
    const Input *input = &g_array_index (self->inputs, Input, i);
    if (may_be_healthy (self, input) && is_better (self, input, usable))
      return TRUE;
  }
  return FALSE;
}

static FailoverReason
why_not_healthy (const Failover * self, const Input * input, guint64 now)
{
  guint fault = 0;

  if (input->end != FAILOVER_REASON_NONE)
    return input->end;
  if (input->faults == 0 || !is_whole (self, input, now))
    return FAILOVER_REASON_TIMEOUT;
  while (!(input->faults & (1u << fault)))
    fault++;
  return FAILOVER_REASON_BLACK + fault;
}

static FailoverReason
why_not_usable (const Failover * self, const Input * active, guint64 now)
{
  if (active == NULL) {
    if (self->removed != FAILOVER_REASON_NONE)
      return self->removed;
    return self->has_shown ? FAILOVER_REASON_RECOVERED
        : FAILOVER_REASON_STARTUP;
  }
  if (active->locked_out)
    return FAILOVER_REASON_LOCKOUT;
  return why_not_healthy (self, active, now);
}

static Choice
make_choice (gint to, FailoverReason reason)
{
  Choice choice = { to, reason };

  return choice;
}

static Choice
choose_after_failure (Failover * self, Input * active, guint64 now,
    guint64 * deadline)
{
  Input *candidate = best (self, now, NULL, deadline);
  guint64 patience = self->started_at + self->config.startup_timeout;

  if (candidate == NULL && is_served_better (self, active, now, deadline)) {
    if (self->has_shown || now >= patience) {
      candidate = best_faulty (self, now, deadline);
      if (candidate == NULL)
        candidate = best_partial (self, now, deadline);
    } else
      *deadline = MIN (*deadline, patience);
  }
  if (candidate == NULL) {
    /* Nothing is better than what just failed, unless it may not be shown. */
    if (active == NULL || active->locked_out) {
      return make_choice (FAILOVER_NONE, active == NULL ? self->removed
          : FAILOVER_REASON_LOCKOUT);
    }
    return make_choice (self->active, FAILOVER_REASON_NONE);
  }
  if (!self->has_shown && now < patience && startup_may_wait (self, candidate)) {
    *deadline = MIN (*deadline, patience);
    return make_choice (self->active, FAILOVER_REASON_NONE);
  }
  return make_choice (candidate->id, why_not_usable (self, active, now));
}

/* It has failed, and stays for all that: nobody may move yet, or at all. */
static gboolean
bears_failure (Failover * self, const Input * active, guint64 now,
    guint64 * deadline)
{
  guint64 due;

  if (active == NULL || active->locked_out)
    return FALSE;
  if (!self->config.auto_switch)
    return TRUE;
  if (self->failed_at == G_MAXUINT64)
    self->failed_at = now;
  due = self->failed_at + self->config.hold_off;
  if (now >= due)
    return FALSE;
  *deadline = MIN (*deadline, due);
  return TRUE;
}

static Choice
choose (Failover * self, guint64 now, guint64 * deadline)
{
  Input *active = find (self, self->active), *input;

  if (self->slate)
    return make_choice (FAILOVER_NONE, FAILOVER_REASON_FORCED);
  input = find (self, self->forced);
  if (input != NULL && !input->locked_out)
    return make_choice (input->id, FAILOVER_REASON_FORCED);
  input = find (self, self->wanted);
  if (input != NULL) {
    if (is_usable (self, input, now)) {
      *deadline = MIN (*deadline, health_deadline (self, input, now));
      return make_choice (input->id, FAILOVER_REASON_MANUAL);
    }
    self->wanted = FAILOVER_NONE;       /* it yields to a failure, for good */
  }
  if (active == NULL || !is_usable (self, active, now)) {
    if (bears_failure (self, active, now, deadline))
      return make_choice (self->active, FAILOVER_REASON_NONE);
    return choose_after_failure (self, active, now, deadline);
  }
  self->failed_at = G_MAXUINT64;
  *deadline = MIN (*deadline, health_deadline (self, active, now));
  if (!self->hold && self->config.auto_return && self->config.auto_switch) {
    input = best (self, now, active, deadline);
    if (input != NULL)
      return make_choice (input->id, FAILOVER_REASON_RETURN);
  }
  return make_choice (self->active, FAILOVER_REASON_NONE);
}

/* An input that was left because it failed soon after it had come back has to
 * prove itself for longer the next time. */
static void
count_flap (Failover * self, gint from, FailoverReason reason, guint64 now)
{
  Input *input = find (self, from);

  if (input == NULL || !failover_reason_is_fault (reason))
    return;
  if (input->returned && now < input->returned_at + self->config.flap_window) {
    input->flaps++;
    input->all_flaps++;
  }
  input->returned = FALSE;
}

/* One that has stood for long enough is forgiven what it did before. */
static void
forgive_flaps (Failover * self, guint64 now)
{
  Input *input = find (self, self->active);

  if (input == NULL || !is_healthy (self, input, now)
      || now < self->active_since + self->config.flap_window)
    return;
  input->flaps = 0;
  input->returned = FALSE;
}

static void
move (Failover * self, gint to, FailoverReason reason, guint64 now)
{
  Input *input = find (self, to);

  count_flap (self, self->active, reason, now);
  self->active = to;
  self->active_since = now;
  self->failed_at = G_MAXUINT64;
  self->removed = FAILOVER_REASON_NONE;
  if (to != FAILOVER_NONE)
    self->has_shown = TRUE;
  if (input != NULL && reason == FAILOVER_REASON_RETURN) {
    input->returned = TRUE;
    input->returned_at = now;
  }
}

void
failover_set_selecting (Failover * self, gboolean selecting)
{
  self->selecting = selecting;
  if (!selecting)
    self->asked = QUESTION_NONE;
}

guint
failover_candidates (const Failover * self, guint64 now, gint * ids, guint max)
{
  guint i, k, n = 0;

  for (i = 0; i < self->inputs->len && n < max; i++) {
    const Input *input = &g_array_index (self->inputs, Input, i);

    if (!is_usable (self, input, now))
      continue;
    for (k = n; k > 0 && is_better (self, input, find (self, ids[k - 1])); k--)
      ids[k] = ids[k - 1];
    ids[k] = input->id;
    n++;
  }
  return n;
}

FailoverVerdict
failover_answer (Failover * self, guint question, gint id, guint64 now)
{
  Input *input = find (self, id);

  if (self->asked != QUESTION_ASKED || question != self->question)
    return FAILOVER_NOT_ASKED;
  self->asked = QUESTION_ANSWERED;
  self->answer = FAILOVER_NONE;
  if (id == FAILOVER_NONE)
    return FAILOVER_GRANTED;
  if (input == NULL)
    return FAILOVER_UNKNOWN_INPUT;
  if (input->locked_out)
    return FAILOVER_LOCKED_OUT;
  if (!is_usable (self, input, now))
    return FAILOVER_NOT_HEALTHY;
  self->answer = id;
  return FAILOVER_GRANTED;
}

/* Is it the automaton's own choice among several that are healthy? */
static gboolean
is_open_to_others (const Failover * self, const Choice * choice, guint64 now)
{
  const Input *chosen = find (self, choice->to);
  gint ids[2];

  if (!self->selecting || chosen == NULL || choice->to == self->active
      || !is_usable (self, chosen, now))
    return FALSE;
  if (choice->reason == FAILOVER_REASON_MANUAL
      || choice->reason == FAILOVER_REASON_FORCED)
    return FALSE;
  return failover_candidates (self, now, ids, 2) == 2;
}

/* An answer that is not the automaton's own choice stands for a while: it is
 * not asked about the return at once again. */
static Choice
take_answer (Failover * self, Choice choice, guint64 now)
{
  const Input *input = find (self, self->answer);

  self->asked = QUESTION_NONE;
  if (input == NULL || input->id == choice.to || !is_usable (self, input, now))
    return choice;
  self->ask_again_at = now + MAX (return_delay (self, find (self, choice.to)),
      SECOND);
  choice.to = input->id;
  return choice;
}

static Choice
consult (Failover * self, Choice choice, guint64 now,
    FailoverDecision * decision)
{
  Choice stay = { self->active, FAILOVER_REASON_NONE };
  guint64 due;

  if (choice.reason == FAILOVER_REASON_RETURN && now < self->ask_again_at) {
    decision->deadline = MIN (decision->deadline, self->ask_again_at);
    self->asked = QUESTION_NONE;
    return stay;
  }
  if (self->asked == QUESTION_ANSWERED)
    return take_answer (self, choice, now);
  if (self->asked == QUESTION_NONE) {
    self->asked = QUESTION_ASKED;
    self->asked_at = now;
    decision->question = ++self->question;
  }
  due = self->asked_at + self->config.select_patience;
  if (now >= due) {
    self->asked = QUESTION_NONE;
    decision->unanswered = TRUE;
    return choice;
  }
  decision->deadline = MIN (decision->deadline, due);
  return stay;
}

FailoverDecision
failover_update (Failover * self, guint64 now)
{
  FailoverDecision decision = { FALSE, };
  Choice choice;

  forgive_flaps (self, now);
  decision.deadline = G_MAXUINT64;
  decision.from = self->active;
  choice = choose (self, now, &decision.deadline);
  if (is_open_to_others (self, &choice, now))
    choice = consult (self, choice, now, &decision);
  else
    self->asked = QUESTION_NONE;
  decision.to = choice.to;
  if (choice.to == self->active)
    return decision;

  decision.changed = TRUE;
  decision.reason = choice.reason;
  move (self, choice.to, choice.reason, now);
  return decision;
}

void
failover_follow (Failover * self, gint id, FailoverReason reason, guint64 now)
{
  if (id != self->active)
    move (self, id, reason, now);
}

FailoverVerdict
failover_switch_to (Failover * self, gint id, guint64 now)
{
  Input *input = find (self, id);

  if (input == NULL)
    return FAILOVER_UNKNOWN_INPUT;
  if (input->locked_out)
    return FAILOVER_LOCKED_OUT;
  if (failover_is_forced (self))
    return FAILOVER_IS_FORCED;
  if (self->hold)
    return FAILOVER_IS_HELD;
  if (!is_healthy (self, input, now))
    return FAILOVER_NOT_HEALTHY;
  self->wanted = id;
  return FAILOVER_GRANTED;
}

FailoverVerdict
failover_force (Failover * self, gint id)
{
  Input *input = find (self, id);

  if (id != FAILOVER_NONE && input == NULL)
    return FAILOVER_UNKNOWN_INPUT;
  if (input != NULL && input->locked_out)
    return FAILOVER_LOCKED_OUT;
  self->slate = id == FAILOVER_NONE;
  self->forced = id;
  return FAILOVER_GRANTED;
}

void
failover_release (Failover * self)
{
  self->wanted = FAILOVER_NONE;
}

void
failover_unforce (Failover * self)
{
  self->slate = FALSE;
}

void
failover_end_force (Failover * self)
{
  self->forced = FAILOVER_NONE;
}

FailoverVerdict
failover_lockout (Failover * self, gint id, gboolean on)
{
  Input *input = find (self, id);

  if (input == NULL)
    return FAILOVER_UNKNOWN_INPUT;
  input->locked_out = on;
  return FAILOVER_GRANTED;
}

void
failover_hold (Failover * self, gboolean on)
{
  self->hold = on;
}

void
failover_clear (Failover * self)
{
  self->wanted = self->forced = FAILOVER_NONE;
  self->slate = FALSE;
  self->hold = FALSE;
}

gint
failover_wanted (const Failover * self)
{
  return self->wanted;
}

gint
failover_forced (const Failover * self)
{
  return self->forced;
}

gboolean
failover_is_slate (const Failover * self)
{
  return self->slate;
}

gint
failover_active (const Failover * self)
{
  return self->active;
}

gboolean
failover_is_forced (const Failover * self)
{
  const Input *input = find (self, self->forced);

  return self->slate || (input != NULL && !input->locked_out);
}

gboolean
failover_is_commanded (const Failover * self)
{
  return self->wanted != FAILOVER_NONE || failover_is_forced (self);
}

gboolean
failover_is_held (const Failover * self)
{
  return self->hold;
}

guint
failover_media (const Failover * self, gint id)
{
  const Input *input = find (self, id);

  return input != NULL ? input->media : 0;
}

gboolean
failover_is_usable (const Failover * self, gint id, guint64 now)
{
  const Input *input = find (self, id);

  return input != NULL && is_usable (self, input, now);
}

gboolean
failover_is_healthy (const Failover * self, gint id, guint64 now)
{
  const Input *input = find (self, id);

  return input != NULL && is_healthy (self, input, now);
}

guint
failover_faults (const Failover * self, gint id)
{
  const Input *input = find (self, id);

  return input != NULL ? input->faults : 0;
}

gboolean
failover_is_locked_out (const Failover * self, gint id)
{
  const Input *input = find (self, id);

  return input != NULL && input->locked_out;
}

guint64
failover_return_delay (const Failover * self, gint id)
{
  const Input *input = find (self, id);

  return input != NULL ? return_delay (self, input) : 0;
}

guint64
failover_flaps (const Failover * self, gint id)
{
  const Input *input = find (self, id);

  return input != NULL ? input->all_flaps : 0;
}

/* At the start inputs are given the time to appear. */
static gboolean
is_still_to_come (const Failover * self, const Input * input, guint64 now)
{
  guint medium;

  for (medium = 0; medium < FAILOVER_MEDIA; medium++) {
    if (input->life[medium].seen)
      return FALSE;
  }
  return now < self->started_at + self->config.startup_timeout;
}

FailoverStatus
failover_status (const Failover * self, guint64 now)
{
  const Input *active = find (self, self->active);
  FailoverStatus status = FAILOVER_STATUS_RUNNING;
  guint64 deadline = G_MAXUINT64;
  guint i;

  if (active == NULL || !brings_something (self, active, now, &deadline))
    return self->has_shown || self->slate ? FAILOVER_STATUS_SLATE
        : FAILOVER_STATUS_STARTING;
  for (i = 0; i < self->inputs->len; i++) {
    const Input *input = &g_array_index (self->inputs, Input, i);

    /* Not one for what is decided here: sound of its own. */
    if (!(input->media & self->config.required))
      continue;
    if (!input->locked_out && is_better (self, input, active))
      return FAILOVER_STATUS_FALLBACK;
    if (!is_usable (self, input, now) && !is_still_to_come (self, input, now))
      status = FAILOVER_STATUS_DEGRADED;
  }
  return status;
}
