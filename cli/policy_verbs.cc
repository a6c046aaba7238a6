// skontro network policies|set-policy

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/argument.h"
#include "cli/failure.h"
#include "cli/outcome.h"
#include "cli/policy_view.h"
#include "cli/resource_name.h"
#include "cli/verbs.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::NetworkService;

absl::StatusOr<std::string> NameInUse(Session& session) {
  SKONTRO_ASSIGN_OR_RETURN(const std::string network, session.NetworkInUse());
  return network + "/policies";
}

absl::StatusOr<ExitCode> Get(Session& session, int64_t as_of) {
  v1::GetPoliciesRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_name(), NameInUse(session));
  request.set_as_of_sequence(as_of);
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetPoliciesResponse response,
                           session.Read<NetworkService>(
                               &NetworkService::Stub::GetPolicies, request));
  session.out() << OneIn(session.format(), PoliciesView(unit),
                         response.policies(), response.sequence());
  return ExitCode::kDone;
}

struct Change {
  std::string policy;
  std::string value;
  std::string etag;
};

absl::StatusOr<ExitCode> Set(Session& session, const Change& change) {
  v1::UpdatePoliciesRequest request;
  v1::Policies& policies = *request.mutable_policies();
  SKONTRO_ASSIGN_OR_RETURN(*policies.mutable_name(), NameInUse(session));
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  SKONTRO_RETURN_IF_ERROR(
      SetPolicy(change.policy, change.value, unit, &policies));
  policies.set_etag(change.etag);
  request.set_validate_only(session.dry_run());
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_request_id(), session.RequestId());
  SKONTRO_ASSIGN_OR_RETURN(const v1::UpdatePoliciesResponse response,
                           session.Change<NetworkService>(
                               &NetworkService::Stub::UpdatePolicies, request));
  return PrintChange(
      session, PoliciesView(unit), response.policies(), response.outcome(),
      absl::StrCat("Policy ", change.policy,
                   session.dry_run() ? " would be " : " is ",
                   PolicyText(change.policy, response.policies(), unit)));
}

}  // namespace

void AddPolicyVerbs(Verbs& verbs, CLI::App* network) {
  const auto as_of = std::make_shared<int64_t>(0);
  CLI::App* const get =
      verbs.Add(network, "policies", "Show by which rules the network trades",
                "  skontro network policies\n"
                "  skontro network policies --format json",
                [&verbs, as_of] { return Get(verbs.session(), *as_of); });
  verbs.TakesAsOf(get, as_of.get());
  verbs.TakesNetwork(get);
  verbs.TakesFormat(get);

  const auto change = std::make_shared<Change>();
  CLI::App* const set = verbs.Add(
      network, "set-policy", "Change one rule of the network, from now on",
      "  skontro network set-policy deal-cap 5000\n"
      "  skontro network set-policy deal-cap 0 --dry-run\n"
      "  skontro network set-policy least-unit-share 30%\n"
      "  skontro network set-policy vat-settlement cash",
      [&verbs, change] { return Set(verbs.session(), *change); });
  set->add_option("POLICY", change->policy,
                  absl::StrCat("Which policy: ", PolicyNames()))
      ->required();
  set->add_option("VALUE", change->value,
                  "What it is to be: units, a share such as 30%, or a "
                  "word; docs/policies.md has them all")
      ->required();
  set->add_option("--etag", change->etag,
                  "Refuse it if somebody changed a policy since this etag")
      ->type_name("ETAG");
  verbs.TakesNetwork(set);
  verbs.TakesRequestId(set);
  verbs.TakesFormat(set);
}

}  // namespace skontro::cli
