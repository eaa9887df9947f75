/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An RTSP server with a picture and a sound, for the tests of redundantsrc:
 * rtspserver PORT USER PASSWORD.  It lives until it is killed. */
#include <gst/rtsp-server/rtsp-server.h>

#define LAUNCH "( videotestsrc is-live=true ! " \
  "video/x-raw,width=320,height=180,framerate=25/1 ! x264enc " \
  "tune=zerolatency speed-preset=ultrafast key-int-max=25 bitrate=300 ! " \
  "rtph264pay name=pay0 pt=96 audiotestsrc is-live=true ! " \
  "audio/x-raw,rate=48000,channels=2 ! opusenc ! rtpopuspay name=pay1 pt=97 )"

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GstRTSPServer) server = NULL;
  g_autoptr (GstRTSPMountPoints) mounts = NULL;
  g_autoptr (GstRTSPAuth) auth = NULL;
  GstRTSPMediaFactory *factory;
  GstRTSPToken *token;
  g_autofree gchar *basic = NULL;

  gst_init (&argc, &argv);
  if (argc != 4)
    return 2;
  server = gst_rtsp_server_new ();
  gst_rtsp_server_set_address (server, "127.0.0.1");
  gst_rtsp_server_set_service (server, argv[1]);
  factory = gst_rtsp_media_factory_new ();
  gst_rtsp_media_factory_set_launch (factory, LAUNCH);
  gst_rtsp_media_factory_set_shared (factory, TRUE);
  gst_rtsp_media_factory_add_role (factory, "viewer",
      GST_RTSP_PERM_MEDIA_FACTORY_ACCESS, G_TYPE_BOOLEAN, TRUE,
      GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, G_TYPE_BOOLEAN, TRUE, NULL);
  mounts = gst_rtsp_server_get_mount_points (server);
  gst_rtsp_mount_points_add_factory (mounts, "/live", factory);

  auth = gst_rtsp_auth_new ();
  token = gst_rtsp_token_new (GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING,
      "viewer", NULL);
  basic = gst_rtsp_auth_make_basic (argv[2], argv[3]);
  gst_rtsp_auth_add_basic (auth, basic, token);
  gst_rtsp_token_unref (token);
  gst_rtsp_server_set_auth (server, auth);
  if (gst_rtsp_server_attach (server, NULL) == 0)
    return 1;
  g_main_loop_run (loop);
  return 0;
}
