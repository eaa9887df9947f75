/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include "boxwriter.h"
#include "cmafinit.h"

G_BEGIN_DECLS

/* Writes the track's sample entry: the only child of stsd. */
void cmaf_entry_write (BoxWriter * w, const CmafTrack * track);

G_END_DECLS
