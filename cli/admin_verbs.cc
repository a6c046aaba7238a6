// skontro admin status: how the server is.

#include "cli/status_view.h"
#include "cli/verbs.h"
#include "skontro/v1/admin_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::AdminService;

absl::StatusOr<ExitCode> Status(Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(
      const v1::GetServerStatusResponse response,
      session.Read<AdminService>(&AdminService::Stub::GetServerStatus,
                                 v1::GetServerStatusRequest()));
  switch (session.format()) {
    case Format::kText:
      session.out() << StatusText(response.status(),
                                  WantsColour(session.environment()));
      break;
    case Format::kCsv:
      session.out() << StatusCsv(response.status());
      break;
    case Format::kJson:
    case Format::kJsonLines:  // One thing, in one form.
      session.out() << StatusJson(response.status());
      break;
  }
  return ExitCode::kDone;
}

}  // namespace

void AddAdminVerbs(Verbs& verbs) {
  CLI::App* const group =
      verbs.AddGroup("admin", "Look after a server: how it is");
  CLI::App* const status = verbs.Add(
      group, "status",
      "Show how the server and its networks are, and what needs you",
      "  skontro admin status\n"
      "  skontro admin status --format json | jq '.warnings[].code'\n"
      "\n"
      "For auditors and operators. Keys seen are those that a call came with "
      "in the\nlast hour.",
      [&verbs] { return Status(verbs.session()); });
  verbs.TakesFormat(status);
}

}  // namespace skontro::cli
