/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fuzz target without libFuzzer: its seeds, each cut off at each byte,
 * then mutations of them from a random generator with a fixed seed, so that a
 * failure is the same on every machine.  The input in work when the target
 * crashes is written to a file.
 *
 *   fuzz-NAME                          what the test does
 *   fuzz-NAME --seconds 600 --seed 7   other mutations, for so long
 *   fuzz-NAME --write-corpus FOLDER    the seeds as files, for libFuzzer
 *   fuzz-NAME FILE ...                 these inputs, as after a crash
 */
#include "fuzz.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A seed longer than that is not tried at each of its lengths. */
#define MAX_CUTS 4096
#define LARGEST_INPUT 65536
#define MAX_MUTATIONS 6

static gint seconds = 0;
static gint random_seed = 1;
static gchar *corpus = NULL;
static gchar **files = NULL;

static const GOptionEntry entries[] = {
  {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds,
      "Go on for so long, not for a number of inputs", "S"},
  {"seed", 0, 0, G_OPTION_ARG_INT, &random_seed,
      "Of the random generator", "N"},
  {"write-corpus", 0, 0, G_OPTION_ARG_FILENAME, &corpus,
      "Write the seeds to files and end", "FOLDER"},
  {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files,
      NULL, "[FILE ...]"},
  {NULL}
};

/* What the crash handler needs. */
static const guint8 *current;
static gsize current_size;
static gchar crash_name[256];

static void
on_crash (int sig)
{
  int fd = open (crash_name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  gssize done = 0;

  if (fd >= 0) {
    done = write (fd, current, current_size);
    close (fd);
  }
  if (done == (gssize) current_size) {
    done = write (2, "the input is in ", 16);
    done = write (2, crash_name, strlen (crash_name));
    done = write (2, "\n", 1);
  }
  signal (sig, SIG_DFL);
  raise (sig);
}

static void
catch_crashes (const gchar * program)
{
  static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT,
    SIGTRAP, SIGALRM
  };
  g_autofree gchar *name = g_path_get_basename (program);
  guint i;

  g_snprintf (crash_name, sizeof (crash_name), "crash-%s", name);
  for (i = 0; i < G_N_ELEMENTS (signals); i++)
    signal (signals[i], on_crash);
}

/* An input that takes a minute is a hang. */
static void
run_one (const guint8 * data, gsize size)
{
  guint8 *copy = g_malloc (MAX (size, 1));

  if (size > 0)
    memcpy (copy, data, size);
  current = copy;
  current_size = size;
  alarm (60);
  LLVMFuzzerTestOneInput (copy, size);
  alarm (0);
  g_free (copy);
}

static gsize
seed_size (const FuzzSeed * seed)
{
  return seed->size > 0 ? seed->size : strlen (seed->data);
}

static guint
count_seeds (void)
{
  guint n = 0;

  while (fuzz_seeds[n].data != NULL)
    n++;
  return n;
}

static guint
run_cuts (void)
{
  const FuzzSeed *seed;
  guint runs = 0;
  gsize i;

  for (seed = fuzz_seeds; seed->data != NULL; seed++) {
    gsize size = seed_size (seed);

    for (i = size > MAX_CUTS ? size : 0; i <= size; i++, runs++)
      run_one (seed->data, i);
  }
  return runs;
}

/* Mutations */

static guint
below (GRand * rand, gsize end)
{
  return end > 1 ? g_rand_int_range (rand, 0, end) : 0;
}

static void
overwrite_number (GRand * rand, GByteArray * input)
{
  static const guint32 numbers[] = { 0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff,
    0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff
  };
  guint32 number = numbers[below (rand, G_N_ELEMENTS (numbers))];
  guint width = 1 << below (rand, 3), i;
  gsize at = below (rand, input->len);

  for (i = 0; i < width && at + i < input->len; i++)
    input->data[at + i] = number >> 8 * (width - 1 - i);
}

static void
insert_bytes (GRand * rand, GByteArray * input, const guint8 * from, gsize size)
{
  gsize at = below (rand, input->len + 1), old = input->len;

  if (size == 0 || old + size > LARGEST_INPUT)
    return;
  g_byte_array_set_size (input, old + size);
  memmove (input->data + at + size, input->data + at, old - at);
  memcpy (input->data + at, from, size);
}

static void
remove_bytes (GRand * rand, GByteArray * input)
{
  gsize at = below (rand, input->len);
  gsize size = 1 + below (rand, MIN (input->len - at, 32));

  g_byte_array_remove_range (input, at, MIN (size, input->len - at));
}

/* A piece of the input itself or of another seed. */
static void
insert_piece (GRand * rand, GByteArray * input, guint n_seeds)
{
  const FuzzSeed *seed = &fuzz_seeds[below (rand, n_seeds)];
  gsize at = below (rand, seed_size (seed));
  gsize size = 1 + below (rand, MIN (seed_size (seed) - at, 64));
  g_autofree guint8 *piece = g_memdup2 ((const guint8 *) seed->data + at,
      size);

  insert_bytes (rand, input, piece, size);
}

static void
insert_run (GRand * rand, GByteArray * input)
{
  guint8 run[256];

  memset (run, g_rand_int (rand), sizeof (run));
  insert_bytes (rand, input, run, 1 + below (rand, sizeof (run)));
}

static void
mutate (GRand * rand, GByteArray * input, guint n_seeds)
{
  guint kind = below (rand, 8);

  if (input->len == 0)
    kind = 4;
  switch (kind) {
    case 0:
      input->data[below (rand, input->len)] ^= 1 << below (rand, 8);
      break;
    case 1:
      input->data[below (rand, input->len)] = g_rand_int (rand);
      break;
    case 2:
      overwrite_number (rand, input);
      break;
    case 3:
      remove_bytes (rand, input);
      break;
    case 4:
      insert_piece (rand, input, n_seeds);
      break;
    case 5:
      insert_run (rand, input);
      break;
    case 6:
      g_byte_array_set_size (input, below (rand, input->len + 1));
      break;
    default:
      input->data[below (rand, input->len)] += below (rand, 2) ? 1 : -1;
      break;
  }
}

static void
run_mutation (GRand * rand, guint n_seeds)
{
  const FuzzSeed *seed = &fuzz_seeds[below (rand, n_seeds)];
  g_autoptr (GByteArray) input = g_byte_array_new ();
  guint i, n = 1 + below (rand, MAX_MUTATIONS);

  g_byte_array_append (input, seed->data, seed_size (seed));
  for (i = 0; i < n; i++)
    mutate (rand, input, n_seeds);
  run_one (input->data, input->len);
}

static guint
run_mutations (void)
{
  gint64 end = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  GRand *rand = g_rand_new_with_seed (random_seed);
  guint n_seeds = count_seeds (), runs;

  for (runs = 0; seconds > 0 ? g_get_monotonic_time () < end
      : runs < fuzz_runs; runs++)
    run_mutation (rand, n_seeds);
  g_rand_free (rand);
  return runs;
}

static int
write_corpus (void)
{
  guint i;

  for (i = 0; fuzz_seeds[i].data != NULL; i++) {
    g_autofree gchar *name = g_strdup_printf ("%s/seed-%u", corpus, i);
    g_autoptr (GError) error = NULL;

    if (!g_file_set_contents (name, fuzz_seeds[i].data,
            seed_size (&fuzz_seeds[i]), &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  }
  return 0;
}

static int
run_files (void)
{
  gchar **file;

  for (file = files; *file != NULL; file++) {
    g_autoptr (GError) error = NULL;
    g_autofree gchar *data = NULL;
    gsize size;

    if (!g_file_get_contents (*file, &data, &size, &error)) {
      g_printerr ("%s\n", error->message);
      return 1;
    }
    run_one ((const guint8 *) data, size);
  }
  return 0;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  guint cuts, mutations;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  if (corpus != NULL)
    return write_corpus ();
  catch_crashes (argv[0]);
  if (files != NULL)
    return run_files ();
  cuts = run_cuts ();
  mutations = run_mutations ();
  g_print ("%u seeds, %u cuts, %u mutations\n", count_seeds (), cuts,
      mutations);
  return 0;
}
