/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Locks: self->lock guards the list and its fields; inputs are made, joined,
 * left and told of without it.  Only sync changes the list.
 * Threads: the controller of redundantsrc (sync, tell), any (the rest). */
#include "gstinputgroups.h"

#include "gstelementmessage.h"
#include "gststatslist.h"

GST_DEBUG_CATEGORY_EXTERN (gst_redundant_src_debug);
#define GST_CAT_DEFAULT gst_redundant_src_debug

typedef struct
{
  GstRedundantInput *input;     /* (transfer full) */
  gint path;
} Member;

typedef struct
{
  gchar *name;
  GstInputMergeForm form;
  GstInputMerge *merge;
  GstRedundantInput *input;     /* what the switches see */
  GPtrArray *members;           /* Member */
  gboolean going;
  guint64 strangers;            /* members that were set apart */
  gboolean told_locked;         /* sync and tell only */
} Group;

struct _GstInputGroups
{
  /* Fixed after new. */
  GstElement *owner;
  GstInputGroupsMake make;
  gpointer user_data;

  GMutex lock;
  GPtrArray *groups;            /* Group, under the lock */
};

static void
member_free (gpointer data)
{
  Member *member = data;

  gst_object_unref (member->input);
  g_free (member);
}

static void
group_free (gpointer data)
{
  Group *group = data;

  g_ptr_array_unref (group->members);
  gst_object_unref (group->input);
  gst_input_merge_unref (group->merge);
  g_free (group->name);
  g_free (group);
}

GstInputGroups *
gst_input_groups_new (GstElement * owner, GstInputGroupsMake make,
    gpointer user_data)
{
  GstInputGroups *self = g_new0 (GstInputGroups, 1);

  g_mutex_init (&self->lock);
  self->owner = owner;
  self->make = make;
  self->user_data = user_data;
  self->groups = g_ptr_array_new_with_free_func (group_free);
  return self;
}

void
gst_input_groups_free (GstInputGroups * self)
{
  g_ptr_array_unref (self->groups);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static const gchar *const reasons[] = { "copies", "silence", "unlike", "form" };

typedef enum
{
  REASON_COPIES,
  REASON_SILENCE,
  REASON_UNLIKE,
  REASON_FORM,
} Reason;

/* `name` (nullable) is the member that it is about. */
static void
post (GstInputGroups * self, Group * group, const gchar * name, Reason reason)
{
  g_autofree gchar *summary = NULL;
  GstInputMergeInfo info;

  gst_input_merge_get_info (group->merge, &info);
  if (name != NULL)
    summary = g_strdup_printf ("%s does not bring what the others of %s bring: "
        "it goes on as an input of its own.", name, group->name);
  else if (info.locked)
    summary = g_strdup_printf ("%u inputs bring the same: a loss on one is "
        "filled from the others in %s.", info.live, group->name);
  else
    summary = g_strdup_printf ("Only %u of the inputs of %s delivers: its "
        "losses are not filled.", info.live, group->name);
  GST_INFO_OBJECT (self->owner, "%s", summary);
  gst_element_message_post (self->owner, "redundantsrc-merge",
      info.locked && name == NULL ? GST_ELEMENT_MESSAGE_INFO
      : GST_ELEMENT_MESSAGE_WARNING, summary,
      "group", G_TYPE_STRING, group->name,
      "state", G_TYPE_STRING, info.locked ? "locked" : "unlocked",
      "reason", G_TYPE_STRING, reasons[reason],
      "name", G_TYPE_STRING, name,
      "live", G_TYPE_UINT, info.live, "skew", G_TYPE_UINT64, info.skew, NULL);
  group->told_locked = info.locked;
}

static Group *
find_group (GstInputGroups * self, const gchar * name)
{
  guint i;

  for (i = 0; i < self->groups->len; i++) {
    Group *group = self->groups->pdata[i];

    if (!group->going && g_str_equal (group->name, name))
      return group;
  }
  return NULL;
}

static Group *
find_member (GstInputGroups * self, GstRedundantInput * input, guint * index)
{
  guint i;

  for (i = 0; i < self->groups->len; i++) {
    Group *group = self->groups->pdata[i];

    for (*index = 0; *index < group->members->len; (*index)++) {
      if (((Member *) group->members->pdata[*index])->input == input)
        return group;
    }
  }
  return NULL;
}

/* `first` is its first member. */
static Group *
add_group (GstInputGroups * self, const gchar * name, const gchar * uri,
    GstRedundantInput * first, const GstRedundantInputConfig * config)
{
  Group *group = g_new0 (Group, 1);
  g_autofree gchar *group_uri = g_strconcat (GST_INPUT_MERGE_URI, name, NULL);

  group->name = g_strdup (name);
  group->form = gst_input_merge_form (uri);
  group->merge = gst_input_merge_new (uri, config->merge_window);
  group->members = g_ptr_array_new_with_free_func (member_free);
  group->input = self->make (self->user_data, name, group_uri,
      gst_redundant_input_get_brings (first),
      gst_redundant_input_get_priority (first));
  gst_redundant_input_join (group->input, group->merge, -1);
  gst_redundant_input_start (group->input, config);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->groups, group);
  g_mutex_unlock (&self->lock);
  return group;
}

static void
remove_member (GstInputGroups * self, Group * group, guint index)
{
  Member *member = group->members->pdata[index];

  gst_redundant_input_join (member->input, NULL, -1);
  gst_input_merge_remove_path (group->merge, member->path);
  g_mutex_lock (&self->lock);
  g_ptr_array_steal_index (group->members, index);
  g_mutex_unlock (&self->lock);
  member_free (member);
}

/* A member that is unlike the others stands alone from now on. */
static void
set_apart (GstInputGroups * self, Group * group, GstRedundantInput * input,
    Reason reason)
{
  gst_redundant_input_set_apart (input);
  g_mutex_lock (&self->lock);
  group->strangers++;
  g_mutex_unlock (&self->lock);
  GST_ELEMENT_WARNING (self->owner, STREAM, WRONG_TYPE,
      ("%s does not bring the same packets as the other inputs of %s: it goes "
          "on as an input of its own.", GST_OBJECT_NAME (input), group->name),
      ("reason %s", reasons[reason]));
  post (self, group, GST_OBJECT_NAME (input), reason);
}

/* FALSE: it does not fit. */
static gboolean
add_member (GstInputGroups * self, Group * group, GstRedundantInput * input,
    const gchar * uri)
{
  Member *member;
  gint path = -1;

  if (gst_input_merge_form (uri) == group->form)
    path = gst_input_merge_add_path (group->merge);
  if (path < 0)
    return FALSE;
  member = g_new (Member, 1);
  member->input = gst_object_ref (input);
  member->path = path;
  g_mutex_lock (&self->lock);
  g_ptr_array_add (group->members, member);
  g_mutex_unlock (&self->lock);
  gst_redundant_input_join (input, group->merge, path);
  return TRUE;
}

/* Refuses an input whose URI can't be in any group. */
static void
refuse (GstInputGroups * self, GstRedundantInput * input, const gchar * name)
{
  gst_redundant_input_set_apart (input);
  GST_ELEMENT_WARNING (self->owner, LIBRARY, SETTINGS,
      ("merge-group of %s is \"%s\", but what it brings can't be merged; rtp://, "
          "udp://, srt:// and bondedsrt:// can.", GST_OBJECT_NAME (input),
          name), (NULL));
}

static void
sync_input (GstInputGroups * self, GstRedundantInput * input,
    const GstRedundantInputConfig * config)
{
  g_autofree gchar *wants = gst_redundant_input_dup_merge_group (input);
  g_autofree gchar *uri = gst_redundant_input_dup_uri (input);
  guint index;
  Group *group = find_member (self, input, &index);

  if (group != NULL) {
    if (g_strcmp0 (group->name, wants) == 0
        && gst_input_merge_form (uri) == group->form)
      return;
    remove_member (self, group, index);
  }
  if (wants == NULL)
    return;
  if (gst_input_merge_form (uri) == GST_INPUT_MERGE_NONE) {
    refuse (self, input, wants);
    return;
  }
  group = find_group (self, wants);
  if (group == NULL)
    group = add_group (self, wants, uri, input, config);
  if (!add_member (self, group, input, uri))
    set_apart (self, group, input, REASON_FORM);
}

/* A group is as good as its best member. */
static void
update_priority (Group * group)
{
  guint best = G_MAXUINT, i;

  for (i = 0; i < group->members->len; i++) {
    const Member *member = group->members->pdata[i];

    best = MIN (best, gst_redundant_input_get_priority (member->input));
  }
  if (group->members->len > 0
      && best != gst_redundant_input_get_priority (group->input))
    gst_redundant_input_set_priority (group->input, best);
}

/* Those that are not in the list any more, or have left by themselves. */
static void
sync_members (GstInputGroups * self, Group * group, GPtrArray * inputs)
{
  guint i;

  for (i = group->members->len; i > 0; i--) {
    Member *member = group->members->pdata[i - 1];
    GstInputMergePath facts;

    gst_input_merge_get_path (group->merge, member->path, &facts);
    if (facts.path.left)
      set_apart (self, group, member->input, REASON_UNLIKE);
    if (facts.path.left || !g_ptr_array_find (inputs, member->input, NULL))
      remove_member (self, group, i - 1);
  }
  update_priority (group);
}

/* A group without members is torn down like an input. */
static void
bury (GstInputGroups * self, Group * group)
{
  guint index;

  if (group->members->len > 0)
    return;
  if (!group->going) {
    g_mutex_lock (&self->lock);
    group->going = TRUE;
    g_mutex_unlock (&self->lock);
    gst_redundant_input_leave (group->input);
  }
  if (!gst_redundant_input_is_idle (group->input))
    return;
  gst_redundant_input_detach (group->input);
  g_mutex_lock (&self->lock);
  if (g_ptr_array_find (self->groups, group, &index))
    g_ptr_array_steal_index (self->groups, index);
  g_mutex_unlock (&self->lock);
  group_free (group);
}

void
gst_input_groups_sync (GstInputGroups * self, GPtrArray * inputs,
    const GstRedundantInputConfig * config)
{
  guint i;

  for (i = 0; i < inputs->len; i++)
    sync_input (self, inputs->pdata[i], config);
  for (i = self->groups->len; i > 0; i--) {
    Group *group = self->groups->pdata[i - 1];

    sync_members (self, group, inputs);
    bury (self, group);
  }
}

void
gst_input_groups_tell (GstInputGroups * self)
{
  guint i;

  for (i = 0; i < self->groups->len; i++) {
    Group *group = self->groups->pdata[i];
    GstInputMergeInfo info;

    gst_input_merge_get_info (group->merge, &info);
    if (info.locked != group->told_locked && !group->going)
      post (self, group, NULL, info.locked ? REASON_COPIES : REASON_SILENCE);
  }
}

void
gst_input_groups_add_inputs (GstInputGroups * self, GPtrArray * inputs)
{
  guint i;

  g_mutex_lock (&self->lock);
  for (i = 0; i < self->groups->len; i++)
    g_ptr_array_add (inputs,
        gst_object_ref (((Group *) self->groups->pdata[i])->input));
  g_mutex_unlock (&self->lock);
}

static GstStructure *
path_stats (Group * group, const Member * member)
{
  GstInputMergePath facts;

  gst_input_merge_get_path (group->merge, member->path, &facts);
  return gst_structure_new ("path",
      "name", G_TYPE_STRING, GST_OBJECT_NAME (member->input),
      "live", G_TYPE_BOOLEAN, facts.live,
      "received", G_TYPE_UINT64, facts.path.received,
      "used", G_TYPE_UINT64, facts.path.first,
      "duplicate", G_TYPE_UINT64, facts.path.duplicates,
      "late", G_TYPE_UINT64, facts.path.late,
      "mismatch", G_TYPE_UINT64, facts.path.unlike,
      "recovered", G_TYPE_UINT64, facts.path.lost,
      "invalid", G_TYPE_UINT64, facts.path.invalid,
      "skew-now", G_TYPE_UINT64, facts.path.skew,
      "skew-min", G_TYPE_UINT64, facts.path.skew_min,
      "skew-max", G_TYPE_UINT64, facts.path.skew_max, NULL);
}

static GstStructure *
group_stats (Group * group)
{
  GstInputMergeInfo info;
  GstStructure *stats;
  GValue paths = G_VALUE_INIT;
  guint i;

  gst_input_merge_get_info (group->merge, &info);
  stats = gst_structure_new ("merge",
      "name", G_TYPE_STRING, group->name,
      "locked", G_TYPE_BOOLEAN, info.locked,
      "live", G_TYPE_UINT, info.live,
      "window", G_TYPE_UINT64, gst_input_merge_get_window (group->merge),
      "lost", G_TYPE_UINT64, info.lost,
      "overflows", G_TYPE_UINT64, info.overflows,
      "strangers", G_TYPE_UINT64, group->strangers, NULL);
  gst_value_array_init (&paths, group->members->len);
  for (i = 0; i < group->members->len; i++)
    gst_stats_list_append (&paths, path_stats (group,
            group->members->pdata[i]));
  gst_structure_take_value (stats, "paths", &paths);
  return stats;
}

void
gst_input_groups_add_stats (GstInputGroups * self, GstStructure * stats)
{
  GValue list = G_VALUE_INIT;
  guint i;

  g_mutex_lock (&self->lock);
  gst_value_array_init (&list, self->groups->len);
  for (i = 0; i < self->groups->len; i++) {
    Group *group = self->groups->pdata[i];

    if (!group->going)
      gst_stats_list_append (&list, group_stats (group));
  }
  g_mutex_unlock (&self->lock);
  gst_structure_take_value (stats, "merge", &list);
}
