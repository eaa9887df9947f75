/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LADDER_MAX_RUNGS 16
#define LADDER_NAME_SIZE 32

typedef enum
{
  LADDER_VIDEO,
  LADDER_AUDIO,
} LadderMedium;

/* What one rung asks for; nothing in it depends on the source. */
typedef struct
{
  LadderMedium medium;
  gchar name[LADDER_NAME_SIZE]; /* unique within the ladder */
  guint size;                   /* short side in pixels, 0 = the source's */
  guint fps;                    /* frames per second wanted, 0 = the source's */
  guint bitrate;                /* bit/s */
  guint vbv_ms;                 /* rate control buffer, 0 = automatic */
  gchar speed_preset[16];       /* "" = the bin's */
  gchar tune[16];               /* "" = the bin's */
  gchar encoder[64];            /* factory name, "" = chosen by the bin */
} LadderRung;

/* Plain data: copy it, keep it on the stack. */
typedef struct
{
  LadderRung rungs[LADDER_MAX_RUNGS];
  guint n_rungs;
} LadderSpec;

typedef enum
{
  LADDER_SPEC_ERROR_SYNTAX,
  LADDER_SPEC_ERROR_RANGE,
  LADDER_SPEC_ERROR_DUPLICATE,
  LADDER_SPEC_ERROR_COUNT,
} LadderSpecError;

#define LADDER_SPEC_ERROR (ladder_spec_error_quark ())
GQuark ladder_spec_error_quark (void);

/* "1080p30@6000k 720p@3000k:preset=veryfast audio@128k", rungs separated by
 * blanks or commas.  The error names the rung and what is allowed; `self` is
 * then empty. */
gboolean ladder_spec_parse (LadderSpec * self, const gchar * text,
    GError ** error);

guint ladder_spec_count (const LadderSpec * self, LadderMedium medium);

/* The `nth` rung of a medium, or NULL. */
const LadderRung *ladder_spec_nth (const LadderSpec * self,
    LadderMedium medium, guint nth);

/* Adds an audio rung of 128 kbit/s if there is none. */
void ladder_spec_imply_audio (LadderSpec * self);

/* The ladder string of a preset ("default", "sports" ...), or NULL. */
const gchar *ladder_preset (const gchar * name);

G_END_DECLS
