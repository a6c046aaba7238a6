// skontro_witness_check compares the log of a witness (skontro_load --witness)
// with the books of a running server, and says what does not hold. The exit
// code is 0 if nothing was lost, doubled or changed, 1 if something was, 2 if
// it could not be compared.

#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "bench/load/caller.h"
#include "bench/load/target_flags.h"
#include "bench/load/trade_mix.h"
#include "bench/load/witness_check.h"
#include "bench/load/witness_log.h"
#include "skontro/v1/account_service.grpc.pb.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"

ABSL_FLAG(std::string, witness, "", "The log of the witness.");
ABSL_FLAG(int, members, 10'000, "Members of the network.");

namespace skontro::bench {
namespace {

absl::Status ToStatus(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
}

// Every event, from the first one to the newest that there is now.
absl::Status ReadEvents(const Target& target,
                        const std::shared_ptr<grpc::Channel>& channel,
                        WitnessCheck* check) {
  v1::GetNetworkRequest get;
  get.set_name(kNetworkName);
  v1::GetNetworkResponse network;
  grpc::ClientContext get_context;
  Authenticate(target, 0, &get_context);
  const grpc::Status got = v1::NetworkService::NewStub(channel)->GetNetwork(
      &get_context, get, &network);
  if (!got.ok()) return ToStatus(got);
  grpc::ClientContext context;
  Authenticate(target, 0, &context);
  v1::WatchEventsRequest request;
  request.set_parent(kNetworkName);
  request.set_from_sequence(1);
  const auto stub = v1::EventService::NewStub(channel);
  const auto reader = stub->WatchEvents(&context, request);
  v1::WatchEventsResponse response;
  while (response.sequence() < network.sequence()) {
    if (!reader->Read(&response)) return ToStatus(reader->Finish());
    for (const v1::Event& event : response.events()) check->AddEvent(event);
  }
  context.TryCancel();
  reader->Finish();
  return absl::OkStatus();
}

absl::Status ReadAccounts(const Target& target,
                          const std::shared_ptr<grpc::Channel>& channel,
                          WitnessCheck* check) {
  const auto stub = v1::AccountService::NewStub(channel);
  for (int i = 1; i <= absl::GetFlag(FLAGS_members); ++i) {
    v1::GetAccountRequest request;
    request.set_name(
        absl::StrCat(MemberName(static_cast<uint64_t>(i)), "/accounts/main"));
    v1::GetAccountResponse response;
    grpc::ClientContext context;
    Authenticate(target, 0, &context);
    const grpc::Status status = stub->GetAccount(&context, request, &response);
    if (!status.ok()) return ToStatus(status);
    check->AddAccount(response.account());
  }
  return absl::OkStatus();
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "skontro_witness_check: %s\n",
               status.ToString().c_str());
  return 2;
}

int Run() {
  const absl::StatusOr<WitnessedCalls> calls =
      ReadWitnessLog(absl::GetFlag(FLAGS_witness));
  if (!calls.ok()) return Fail(calls.status());
  const absl::StatusOr<Target> target = ServerTarget();
  if (!target.ok()) return Fail(target.status());
  const auto channel = Connect(*target, 1).front();
  WitnessCheck check(*calls);
  absl::Status status = ReadEvents(*target, channel, &check);
  if (status.ok()) status = ReadAccounts(*target, channel, &check);
  if (!status.ok()) return Fail(status);
  check.Finish();
  for (const std::string& finding : check.findings()) {
    std::printf("%s\n", finding.c_str());
  }
  std::printf(
      "%zu requests were witnessed, %lld refused; the books have %lld trades "
      "and %lld settlements; %lld things do not hold\n",
      calls->size(), static_cast<long long>(check.refusals()),
      static_cast<long long>(check.trades()),
      static_cast<long long>(check.settlements()),
      static_cast<long long>(check.finding_count()));
  return check.finding_count() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace skontro::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return skontro::bench::Run();
}
