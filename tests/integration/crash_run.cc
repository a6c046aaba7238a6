#include "tests/integration/crash_run.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/client_context.h"
#include "ledger/base/status.h"
#include "tests/integration/network_reader.h"
#include "tests/integration/process.h"

namespace skontro::integration {
namespace {

constexpr int kKilled = 128 + SIGKILL;
constexpr int64_t kEndingsMax = 3;
constexpr int64_t kDelayMaxUs = 4'000;
constexpr int64_t kAsOfReads = 16;
constexpr int64_t kStatementMax = 20'000;
constexpr size_t kOldMax = 512;
constexpr int64_t kOldPerRound = 8;
constexpr absl::Duration kVerifyTimeout = absl::Minutes(10);

std::string NetworkId(int64_t number) { return absl::StrCat("net", number); }

LoadPlan::Options PlanOptions(const CrashRun::Options& options,
                              int64_t network) {
  LoadPlan::Options plan = options.plan;
  Dice dice{options.seed, static_cast<uint64_t>(network)};
  plan.seed = dice.Next();
  return plan;
}

// FNV-1a: the same on every machine.
uint64_t Fingerprint(const std::vector<ItemAnswer>& items) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const ItemAnswer& item : items) {
    for (const char byte : item.bytes) {
      hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    }
  }
  return hash;
}

grpc::Status CreateNetwork(const LoadClient& client, const std::string& id) {
  v1::CreateNetworkRequest request;
  request.set_network_id(id);
  request.set_request_id(absl::StrCat("create-", id));
  v1::Network& network = *request.mutable_network();
  network.set_display_name(id);
  network.set_unit_code("RES");
  network.set_unit_decimals(2);
  network.set_peg_currency_code("EUR");
  network.set_time_zone("Europe/Brussels");
  network.mutable_default_credit_line()->set_minor_units(
      LoadPlan::kDefaultCreditLine);
  network.mutable_default_balance_limit()->set_minor_units(
      LoadPlan::kDefaultBalanceLimit);
  grpc::ClientContext context;
  v1::CreateNetworkResponse response;
  return client.networks().CreateNetwork(&context, request, &response);
}

grpc::Status CreateMember(const LoadClient& client, int64_t number) {
  v1::CreateMemberRequest request;
  request.set_parent(client.network_name());
  request.set_member_id(MemberId(number));
  request.set_request_id(absl::StrCat("admit-", MemberId(number)));
  request.mutable_member()->set_legal_name(MemberId(number));
  request.mutable_member()->set_country_code("BE");
  grpc::ClientContext context;
  v1::CreateMemberResponse response;
  return client.members().CreateMember(&context, request, &response);
}

}  // namespace

CrashRun::CrashRun(const Options& options)
    : options_(options),
      data_dir_(options.directory + "/server"),
      dice_{options.seed, 0x5eed},
      started_(absl::Now()) {
  for (int64_t i = 0; i < options_.networks; ++i) {
    const LoadPlan plan(PlanOptions(options_, i));
    circles_.push_back(
        {NetworkId(i), plan, Books(plan.options().members), nullptr, {}});
  }
}

absl::StatusOr<std::unique_ptr<CrashRun>> CrashRun::Open(
    const Options& options) {
  std::unique_ptr<CrashRun> run(new CrashRun(options));
  std::error_code error;
  std::filesystem::create_directories(options.directory, error);
  if (options.resume) SKONTRO_RETURN_IF_ERROR(run->LoadWitness());
  SKONTRO_RETURN_IF_ERROR(run->StartServer());
  if (!options.resume) SKONTRO_RETURN_IF_ERROR(run->MakeNetworks());
  return run;
}

absl::Status CrashRun::StartServer() {
  ServerProcess::Options options;
  options.program = options_.skontrod;
  options.data_dir = data_dir_;
  options.flags = options_.server_flags;
  const absl::Time start = absl::Now();
  SKONTRO_ASSIGN_OR_RETURN(server_, ServerProcess::Start(options));
  ++totals_.starts;
  totals_.slowest_start = std::max(totals_.slowest_start, absl::Now() - start);
  return absl::OkStatus();
}

// Starts the server again, perhaps after it was killed while it started.
absl::Status CrashRun::Restart() {
  SKONTRO_RETURN_IF_ERROR(CheckLog());
  server_.reset();
  if (dice_.OneIn(4)) SKONTRO_RETURN_IF_ERROR(Verify());
  while (dice_.OneIn(4)) {
    ServerProcess::Options options;
    options.program = options_.skontrod;
    options.data_dir = data_dir_;
    options.flags = options_.server_flags;
    options.kill_after = absl::Microseconds(
        dice_.Between(0, absl::ToInt64Microseconds(totals_.slowest_start)));
    ++totals_.kills_at_start;
    const auto server = ServerProcess::Start(options);
    if (server.ok()) continue;  // It was faster; and dies here.
    if (!absl::StrContains(server.status().message(),
                           absl::StrCat("exit code ", kKilled))) {
      return server.status();
    }
  }
  return StartServer();
}

absl::Status CrashRun::MakeNetworks() {
  for (Circle& circle : circles_) {
    SKONTRO_RETURN_IF_ERROR(MakeNetwork(circle));
    const LoadClient client(server_->channel(), circle.id);
    const int64_t members = circle.plan.options().members;
    SKONTRO_ASSIGN_OR_RETURN(const SeenNetwork seen,
                             ReadNetwork(client, members, 0, 0));
    if (seen.sequence != 1 + members) {
      return absl::DataLossError(absl::StrCat(
          "a new network with ", members, " members is at ", seen.sequence));
    }
    circle.books.Close(seen.sequence);
  }
  return SaveWitness();
}

absl::Status CrashRun::MakeNetwork(const Circle& circle) {
  const LoadClient client(server_->channel(), circle.id);
  grpc::Status status = CreateNetwork(client, circle.id);
  for (int64_t i = 0; i < circle.plan.options().members && status.ok(); ++i) {
    status = CreateMember(client, i);
  }
  if (status.ok()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("cannot make the network: ", status.error_message()));
}

std::vector<std::unique_ptr<LoadClient>> CrashRun::Clients() const {
  std::vector<std::unique_ptr<LoadClient>> clients;
  for (const Circle& circle : circles_) {
    clients.push_back(
        std::make_unique<LoadClient>(server_->channel(), circle.id));
  }
  return clients;
}

CrashRun::Ending CrashRun::DrawEnding(bool is_wanted) {
  Ending ending;
  ending.happens = is_wanted;
  ending.is_kill = !dice_.OneIn(8);
  const int64_t calls =
      options_.networks * options_.plan.clients * options_.plan.calls;
  ending.after_calls = dice_.Between(1, calls);
  ending.delay = absl::Microseconds(dice_.Between(0, kDelayMaxUs));
  return ending;
}

absl::StatusOr<bool> CrashRun::RunPass(int64_t pass, const Ending& ending) {
  const std::vector<std::unique_ptr<LoadClient>> clients = Clients();
  std::vector<LoadRun::Target> targets;
  for (size_t i = 0; i < circles_.size(); ++i) {
    targets.push_back(
        {&circles_[i].plan, clients[i].get(), circles_[i].log.get()});
  }
  LoadRun run(targets, pass, options_.seed + static_cast<uint64_t>(round_));
  const bool is_through =
      run.AwaitCalls(ending.happens ? ending.after_calls
                                    : std::numeric_limits<int64_t>::max());
  absl::Status ended;
  totals_.peak_memory_kib =
      std::max(totals_.peak_memory_kib, server_->peak_memory_kib());
  if (ending.happens) {
    run.ExpectEnd();
    ended = WaitForEnd(ending);
  } else if (!is_through) {
    findings_.Add("the clients do not get through");
  }
  run.Stop();
  run.Join();
  for (size_t i = 0; i < circles_.size(); ++i) {
    std::vector<Observation>& all = circles_[i].observations;
    const std::vector<Observation>& now = run.observations(i);
    all.insert(all.end(), now.begin(), now.end());
    totals_.observations += static_cast<int64_t>(now.size());
  }
  if (!run.findings().empty()) findings_.Add(run.findings().Text());
  SKONTRO_RETURN_IF_ERROR(ended);
  return ending.happens;
}

// Ends the server as it is to end, in the middle of its work.
absl::Status CrashRun::WaitForEnd(const Ending& ending) {
  const absl::Time at = absl::Now() + ending.delay;
  while (absl::Now() < at) continue;  // A sleep takes longer than it is told.
  if (ending.is_kill) {
    server_->Kill();
  } else {
    server_->Terminate();
  }
  ++(ending.is_kill ? totals_.kills : totals_.stops);
  const std::optional<int> code = server_->Wait();
  if (code == (ending.is_kill ? kKilled : 0)) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "the server ended with ", code.value_or(-1), " after ",
      ending.is_kill ? "SIGKILL" : "SIGTERM", ":\n", server_->log()));
}

absl::Status CrashRun::RunRound() {
  for (Circle& circle : circles_) {
    circle.log = std::make_unique<CallLog>(circle.plan.options(), round_,
                                           circle.books.closed_at());
    circle.observations.clear();
    if (suspects_all_) circle.log->SuspectAll();
  }
  if (suspects_all_) SKONTRO_RETURN_IF_ERROR(Compare(/*closes=*/false));
  suspects_all_ = false;
  const int64_t endings = dice_.Between(1, kEndingsMax);
  for (int64_t pass = 0;; ++pass) {
    SKONTRO_ASSIGN_OR_RETURN(const bool ended,
                             RunPass(pass, DrawEnding(pass < endings)));
    if (!ended) break;
    SKONTRO_RETURN_IF_ERROR(Restart());
    SKONTRO_RETURN_IF_ERROR(Compare(/*closes=*/false));
    SKONTRO_RETURN_IF_ERROR(Verify());
  }
  SKONTRO_RETURN_IF_ERROR(Compare(/*closes=*/true));
  SKONTRO_RETURN_IF_ERROR(ResendOld());
  SKONTRO_RETURN_IF_ERROR(Verify());
  SKONTRO_RETURN_IF_ERROR(CheckLog());
  CountRound();
  return SaveWitness();
}

void CrashRun::CountRound() {
  totals_.records = 0;
  for (const Circle& circle : circles_) {
    const CallLog::Counts counts = circle.log->counts();
    totals_.sent += counts.sent;
    totals_.repeated += counts.repeated;
    totals_.unknown += counts.unknown;
    totals_.records += circle.books.closed_at();
  }
  KeepOld();
  ++round_;
  ++totals_.rounds;
}

absl::Status CrashRun::Compare(bool closes) {
  const std::vector<std::unique_ptr<LoadClient>> clients = Clients();
  for (size_t i = 0; i < circles_.size(); ++i) {
    Circle& circle = circles_[i];
    SKONTRO_ASSIGN_OR_RETURN(
        const SeenNetwork seen,
        ReadNetwork(*clients[i], circle.books.members(),
                    circle.books.remembered_from(), circle.books.closed_at()));
    Books told = circle.books;
    Audit audit(circle.plan, *circle.log, &told, &findings_);
    audit.Check(seen, circle.observations);
    std::swap(circle.books, told);
    const absl::Status read = CompareReads(*clients[i], circle, seen.sequence);
    if (closes) {
      totals_.trades += audit.new_trades();
      totals_.refusals += audit.refusals();
      circle.books.Close(seen.sequence);
    } else {
      std::swap(circle.books, told);
    }
    SKONTRO_RETURN_IF_ERROR(read);
  }
  return Found(closes ? "at the end of the round" : "after the restart");
}

// Balances as of sequences of long ago, and a statement, against the books.
absl::Status CrashRun::CompareReads(const LoadClient& client,
                                    const Circle& circle, int64_t head) {
  const Books& books = circle.books;
  for (int64_t i = 0; i < kAsOfReads; ++i) {
    const int64_t member = dice_.Between(0, books.members() - 1);
    const int64_t at = dice_.Between(books.closed_at(), head);
    SKONTRO_ASSIGN_OR_RETURN(const v1::GetAccountResponse seen,
                             ReadAccount(client, member, at));
    const Books::Point& own = books.account(member, at);
    if (seen.account().balance().minor_units() != own.balance ||
        seen.account().credit_line().minor_units() != own.credit_line ||
        seen.account().posting_count() != own.postings) {
      findings_.Add(absl::StrCat("as of ", at, " member ", member, " had ",
                                 own.balance, "; the server says ",
                                 seen.account().ShortDebugString()));
    }
  }
  const int64_t member = dice_.Between(0, books.members() - 1);
  if (books.account(member).postings > kStatementMax) return absl::OkStatus();
  SKONTRO_ASSIGN_OR_RETURN(const std::vector<v1::StatementLine> lines,
                           ReadStatement(client, member));
  bool is_same =
      static_cast<int64_t>(lines.size()) == books.account(member).postings;
  const std::vector<Books::Point>& history = books.history(member);
  for (size_t i = 1; i < history.size() && is_same; ++i) {
    if (history[i].postings == history[i - 1].postings) continue;
    const v1::StatementLine& line =
        lines[static_cast<size_t>(history[i].postings) - 1];
    is_same = line.sequence() == history[i].sequence &&
              line.balance_after().minor_units() == history[i].balance;
  }
  if (!is_same) {
    findings_.Add(absl::StrCat("the statement of member ", member,
                               " is not what happened"));
  }
  return absl::OkStatus();
}

// Requests of long ago get the answer of then, and leave no record.
absl::Status CrashRun::ResendOld() {
  const std::vector<std::unique_ptr<LoadClient>> clients = Clients();
  const auto count = static_cast<int64_t>(old_.size());
  for (int64_t i = 0; i < std::min(count, 2 * kOldPerRound); ++i) {
    const OldAnswer& old =
        old_[static_cast<size_t>(dice_.Between(0, count - 1))];
    const CallAnswer answer =
        clients[old.circle]->Send(circles_[old.circle].plan.Call(old.id));
    ++totals_.old_repeated;
    if (Fingerprint(answer.items) == old.fingerprint) continue;
    findings_.Add(absl::StrCat("call ", old.id.round, "-", old.id.client, "-",
                               old.id.index, " has another answer now"));
  }
  for (size_t i = 0; i < circles_.size(); ++i) {
    SKONTRO_ASSIGN_OR_RETURN(const v1::GetAccountResponse seen,
                             ReadAccount(*clients[i], 0, /*as_of=*/0));
    if (seen.sequence() == circles_[i].books.closed_at()) continue;
    findings_.Add("requests that were sent again left records");
  }
  return Found("when old requests were sent again");
}

void CrashRun::KeepOld() {
  for (size_t circle = 0; circle < circles_.size(); ++circle) {
    for (int64_t i = 0; i < kOldPerRound; ++i) {
      const CallId id{round_, dice_.Between(0, options_.plan.clients - 1),
                      dice_.Between(0, options_.plan.calls - 1)};
      const OldAnswer old{circle, id,
                          Fingerprint(circles_[circle].log->slot(id).items)};
      if (old_.size() < kOldMax) {
        old_.push_back(old);
      } else {
        old_[static_cast<size_t>(dice_.Between(0, kOldMax - 1))] = old;
      }
    }
  }
}

absl::Status CrashRun::Verify() {
  const absl::Time start = absl::Now();
  if (options_.verify_percent < 100 &&
      verifying_ * 100 >= (start - started_) * options_.verify_percent) {
    return absl::OkStatus();
  }
  const Finished verified =
      Run({{options_.skontro, "verify", data_dir_}, {}, ""}, kVerifyTimeout);
  verifying_ += absl::Now() - start;
  ++totals_.verifications;
  if (verified.exit_code == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("skontro verify ends with ",
                                          verified.exit_code, ":\n",
                                          verified.out, verified.err));
}

// A sanitizer or a check of the server may have spoken before it was killed.
absl::Status CrashRun::CheckLog() {
  const std::string log = server_->log();
  for (const char* const alarm :
       {"Sanitizer", "runtime error:", "SKONTRO_CHECK", "Aborted"}) {
    if (absl::StrContains(log, alarm)) {
      return absl::DataLossError(absl::StrCat("the server says:\n", log));
    }
  }
  return absl::OkStatus();
}

absl::Status CrashRun::Found(const std::string& when) {
  if (findings_.empty()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("seed ", options_.seed, ", round ", round_, ", ", when, ", ",
                   findings_.count(), " findings:\n", findings_.Text(),
                   "the server's log:\n", server_->log()));
}

absl::Status CrashRun::Close() {
  server_->Terminate();
  const std::optional<int> code = server_->Wait();
  if (code != 0) {
    return absl::DataLossError(absl::StrCat(
        "the server stopped with ", code.value_or(-1), ":\n", server_->log()));
  }
  SKONTRO_RETURN_IF_ERROR(CheckLog());
  verifying_ = absl::ZeroDuration();
  return Verify();
}

}  // namespace skontro::integration
