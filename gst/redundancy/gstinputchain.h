/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include "gstinputmerge.h"
#include "gstswitchmedium.h"

G_BEGIN_DECLS

/* What turns one URI into raw streams: a bin with a source, a demuxer, and per
 * medium a decoder and converters.  Made anew for each connection; GStreamer
 * 1.22's decoding bins do not survive re-use. */
typedef struct _GstInputChain GstInputChain;

typedef struct
{
  /* A stream is ready to be linked; any thread, no lock held. */
  void (*on_stream) (gpointer user_data, GstSwitchMediumId medium,
      GstPad * pad);
  /* A decoder was added whose sink pad `pad` gets the coded stream. */
  void (*on_decoder) (gpointer user_data, GstSwitchMediumId medium,
      GstPad * pad);
  /* The source has ended. */
  void (*on_eos) (gpointer user_data);
} GstInputChainCallbacks;

typedef enum
{
  GST_INPUT_KIND_SRT,           /* MPEG-TS in SRT */
  GST_INPUT_KIND_PATIENT,       /* MPEG-TS; the source retries by itself */
  GST_INPUT_KIND_UDP,           /* MPEG-TS in datagrams */
  GST_INPUT_KIND_RTP,           /* MPEG-TS or one codec in RTP */
  GST_INPUT_KIND_RTMP,          /* FLV */
  GST_INPUT_KIND_PAD,           /* whatever decodebin makes of a pad's data */
  GST_INPUT_KIND_MERGE,         /* what the inputs of a group bring */
  GST_INPUT_KIND_ANY,           /* whatever uridecodebin makes of it */
} GstInputKind;

/* The URI of an input that is a group. */
#define GST_INPUT_MERGE_URI "merge:"

/* What a chain has to do with a merge: nothing (NULL), to read it (a path below
 * 0), or to bring one path's packets to it and no streams anywhere. */
typedef struct
{
  GstInputMerge *merge;         /* (nullable) */
  gint path;
  guint ticket;
} GstInputMergeRole;

GstInputKind gst_input_kind (const gchar * uri);
/* Does its source wait for data by itself, without end? */
gboolean gst_input_is_patient (const gchar * uri);
/* Does this URI wait for someone to call? */
gboolean gst_input_listens (const gchar * uri);

/* `media` is a bit mask; streams of others end unseen.  Those of `encoded` are
 * parsed, the others decoded.  NULL with `error` when an element is missing;
 * `missing` (nullable) then gets a message that names it, with `owner` as its
 * source. */
GstInputChain *gst_input_chain_new (const gchar * name, const gchar * uri,
    guint media, guint encoded, const GstInputMergeRole * role,
    const GstInputChainCallbacks * callbacks,
    gpointer user_data, GstElement * owner, GstMessage ** missing,
    GError ** error);

/* Of GST_INPUT_KIND_PAD, before the bin starts: a sink pad of the bin for one
 * more stream, at most two.  (transfer none) (nullable) with `error` */
GstPad *gst_input_chain_add_sink (GstInputChain * self, GstElement * owner,
    GstMessage ** missing, GError ** error);

/* Before the bin starts: what is to be decoded is kept coded before its
 * decoder, and told to the switch's pads `sinks` (by medium), while the chain
 * is not hot.  A new chain is. */
void gst_input_chain_set_warm (GstInputChain * self, GstPad * const *sinks);
/* Any thread; with the next data. */
void gst_input_chain_set_hot (GstInputChain * self, gboolean hot);

/* The bin, floating until it is added somewhere. */
GstElement *gst_input_chain_get_bin (GstInputChain * self);

/* Keeps the source and builds anew what follows it.  FALSE: cannot. */
gboolean gst_input_chain_renew (GstInputChain * self);

/* No callback begins after this. */
void gst_input_chain_stop (GstInputChain * self);
/* After the bin went to NULL. */
void gst_input_chain_free (GstInputChain * self);

G_END_DECLS
