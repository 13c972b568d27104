#pragma once
#include <microhttpd.h>

typedef void *(*OTPRequestBegun)(void *context, const char *target,
                                 struct MHD_Connection *connection);

// MHD_start_daemon takes its options as variadic arguments, which Swift cannot pass;
// so does MHD_get_connection_info.
static inline int otp_mhd_descriptor(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline struct MHD_Daemon *otp_mhd_start(
    unsigned int flags, MHD_socket listening, MHD_AccessHandlerCallback handler,
    OTPRequestBegun begun, MHD_RequestCompletedCallback completed, void *context,
    unsigned int connection_limit, unsigned int idle_seconds, unsigned int threads) {
  return MHD_start_daemon(
      flags, 0, NULL, NULL, handler, context,
      MHD_OPTION_LISTEN_SOCKET, listening,
      MHD_OPTION_URI_LOG_CALLBACK, begun, context,
      MHD_OPTION_NOTIFY_COMPLETED, completed, context,
      MHD_OPTION_CONNECTION_LIMIT, connection_limit,
      MHD_OPTION_CONNECTION_TIMEOUT, idle_seconds,
      MHD_OPTION_THREAD_POOL_SIZE, threads,
      MHD_OPTION_END);
}
