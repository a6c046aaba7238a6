#include "server/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace skontro::server {

std::string ServiceNeeds(absl::Duration time) {
  return absl::StrCat("EXTEND_TIMEOUT_USEC=", absl::ToInt64Microseconds(time));
}

absl::Status TellServiceManager(std::string_view state) {
  const char* const name = std::getenv("NOTIFY_SOCKET");
  if (name == nullptr || name[0] == '\0') return absl::OkStatus();
  sockaddr_un address{};
  const size_t length = std::strlen(name);
  if ((name[0] != '/' && name[0] != '@') ||
      length >= sizeof(address.sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "NOTIFY_SOCKET is '", name, "', which is no path of a socket"));
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name, length);
  // A name without a file.
  if (name[0] == '@') address.sun_path[0] = '\0';
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return absl::UnavailableError(std::strerror(errno));
  const absl::Cleanup close_it = [fd] { close(fd); };
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  if (sendto(fd, state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&address), size) < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot tell ", name, ": ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace skontro::server
