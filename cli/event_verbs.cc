// skontro events: what happens in a network, as it happens.

#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "cli/resource_name.h"
#include "cli/table.h"
#include "cli/verbs.h"
#include "cli/wire_text.h"
#include "skontro/v1/event_service.grpc.pb.h"
#include "skontro/v1/network_service.grpc.pb.h"

namespace skontro::cli {
namespace {

using v1::Event;
using v1::EventService;

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

struct EventOptions {
  int64_t from = 0;
  int64_t count = 0;  // Zero: without end.
  std::string member;
  std::vector<std::string> types;
  bool follow = true;
};

// "trade-settled" and "TRADE_SETTLED" are the same.
absl::StatusOr<Event::Type> ParseType(const std::string& text) {
  std::string name = absl::AsciiStrToUpper(text);
  std::replace(name.begin(), name.end(), '-', '_');
  Event::Type type = Event::TYPE_UNSPECIFIED;
  if (Event::Type_Parse(name, &type) && type != Event::TYPE_UNSPECIFIED) {
    return type;
  }
  std::vector<std::string> names;
  const auto* all = Event::Type_descriptor();
  for (int i = 1; i < all->value_count(); ++i) {
    names.push_back(all->value(i)->name());
  }
  return UsageFailure(absl::StrCat("--type ", text, " is none; there are ",
                                   absl::StrJoin(names, ", ")));
}

// What the event is about, in a few words.
std::string WhatText(const Event& event, const Unit& unit) {
  if (event.has_trade()) {
    const v1::Trade& trade = event.trade();
    return absl::StrCat(ShortName(trade.name()), ": ", ShortName(trade.buyer()),
                        " to ", ShortName(trade.seller()), ", ",
                        UnitText(trade.unit_leg().minor_units(), unit));
  }
  if (event.has_member()) return ShortName(event.member().name());
  if (event.has_credit_line_change()) {
    return absl::StrCat(
        ShortName(event.account()), ": ",
        UnitText(event.credit_line_change().new_credit_line().minor_units(),
                 unit));
  }
  if (event.has_head_key()) return HexText(event.head_key().key_id());
  return "";
}

std::string BalancesText(const Event& event, const Unit& unit) {
  std::vector<std::string> texts;
  for (const v1::BalanceAfter& balance : event.balances()) {
    texts.push_back(
        absl::StrCat(ShortName(balance.account()), " ",
                     UnitNumber(balance.balance_minor_units(), unit)));
  }
  return absl::StrJoin(texts, ", ");
}

absl::StatusOr<std::string> LineOf(const Event& event, Format format,
                                   const Unit& unit) {
  if (format == Format::kJson) {
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string json;
    const auto status =
        google::protobuf::util::MessageToJsonString(event, &json, options);
    if (!status.ok()) return absl::InternalError(status.ToString());
    return json + "\n";
  }
  if (format == Format::kCsv) {
    Table row({{"sequence", CellKind::kNumber},
               {"time"},
               {"type"},
               {"what"},
               {"balances"}});
    row.Add({absl::StrCat(event.sequence()), TimeText(event.record_time()),
             Event::Type_Name(event.type()), WhatText(event, unit),
             BalancesText(event, unit)});
    const std::string csv = row.Csv();
    return csv.substr(csv.find('\n') + 1);  // Without the header.
  }
  std::string line = absl::StrCat(absl::Dec(event.sequence(), absl::kSpacePad8),
                                  "  ", ShortTimeText(event.record_time()),
                                  "  ", Event::Type_Name(event.type()));
  const std::string what = WhatText(event, unit);
  if (!what.empty()) absl::StrAppend(&line, "  ", what);
  const std::string balances = BalancesText(event, unit);
  if (!balances.empty()) absl::StrAppend(&line, "  (", balances, ")");
  return line + "\n";
}

// One stream after another, over restarts of the server.
class Follower {
 public:
  Follower(Session& session, const EventOptions& options, Unit unit,
           v1::WatchEventsRequest request)
      : session_(session),
        options_(options),
        unit_(std::move(unit)),
        request_(std::move(request)) {}

  // `last`: where to stop, zero for never.
  absl::StatusOr<ExitCode> Run(int64_t last) {
    if (session_.format() == Format::kCsv) {
      session_.out() << "sequence,time,type,what,balances\n";
    }
    absl::Duration pause = kFirstPause;
    while (true) {
      const int64_t before = request_.from_sequence();
      bool done = false;
      const absl::StatusOr<grpc::Status> end = ReadOne(last, &done);
      if (done) return ExitCode::kDone;
      if (!options_.follow || !began_ || !IsGone(end)) {
        if (!end.ok()) return end.status();
        return session_.CallFailure(*end, false);
      }
      if (request_.from_sequence() != before) pause = kFirstPause;
      if (pause == kFirstPause) {
        session_.err() << "the server is gone; going on at sequence "
                       << request_.from_sequence() << " when it is back"
                       << std::endl;
      }
      absl::SleepFor(pause);
      pause = std::min(2 * pause, kLongestPause);
    }
  }

 private:
  // Whether there was nobody, so that somebody may be there later.
  static bool IsGone(const absl::StatusOr<grpc::Status>& end) {
    if (!end.ok()) return ExitCodeOf(end.status()) == ExitCode::kUnreachable;
    return end->error_code() == grpc::StatusCode::UNAVAILABLE;
  }

  absl::StatusOr<grpc::Status> ReadOne(int64_t last, bool* done) {
    SKONTRO_ASSIGN_OR_RETURN(const std::shared_ptr<grpc::Channel> channel,
                             session_.channel());
    const auto stub = EventService::NewStub(channel);
    grpc::ClientContext context;
    SKONTRO_RETURN_IF_ERROR(
        session_.PrepareCall(absl::InfiniteDuration(), &context));
    const auto reader = stub->WatchEvents(&context, request_);
    v1::WatchEventsResponse response;
    while (reader->Read(&response)) {
      began_ = true;
      for (const Event& event : response.events()) {
        if (last > 0 && event.sequence() > last) break;
        SKONTRO_ASSIGN_OR_RETURN(const std::string line,
                                 LineOf(event, session_.format(), unit_));
        session_.out() << line;
        if (++shown_ == options_.count) break;
      }
      session_.out() << std::flush;
      request_.set_from_sequence(response.sequence() + 1);
      *done = (options_.count > 0 && shown_ >= options_.count) ||
              (last > 0 && response.sequence() >= last) || !session_.out();
      if (*done) {
        context.TryCancel();
        return grpc::Status::OK;
      }
    }
    return reader->Finish();
  }

  Session& session_;
  const EventOptions options_;
  const Unit unit_;
  v1::WatchEventsRequest request_;
  int64_t shown_ = 0;
  bool began_ = false;
};

// The newest sequence, which is where a look without following ends.
absl::StatusOr<int64_t> NewestSequence(Session& session,
                                       const std::string& network) {
  v1::GetNetworkRequest request;
  request.set_name(network);
  SKONTRO_ASSIGN_OR_RETURN(const v1::GetNetworkResponse response,
                           session.Read<v1::NetworkService>(
                               &v1::NetworkService::Stub::GetNetwork, request));
  return response.sequence();
}

absl::StatusOr<ExitCode> Events(Session& session, const EventOptions& options) {
  if (options.from < 0) return UsageFailure("--from is a sequence, from 1 on");
  v1::WatchEventsRequest request;
  SKONTRO_ASSIGN_OR_RETURN(*request.mutable_parent(), session.NetworkInUse());
  SKONTRO_ASSIGN_OR_RETURN(const Unit unit, session.unit());
  request.set_from_sequence(options.from);
  if (!options.member.empty()) {
    SKONTRO_ASSIGN_OR_RETURN(*request.mutable_member(),
                             MemberName(request.parent(), options.member));
  }
  for (const std::string& text : options.types) {
    SKONTRO_ASSIGN_OR_RETURN(const Event::Type type, ParseType(text));
    request.add_types(type);
  }
  int64_t last = 0;
  if (!options.follow) {
    SKONTRO_ASSIGN_OR_RETURN(last, NewestSequence(session, request.parent()));
    if (options.from == 0) request.set_from_sequence(1);
    // Nothing would come to end it.
    if (options.from > last) return ExitCode::kDone;
  }
  return Follower(session, options, unit, request).Run(last);
}

}  // namespace

void AddEventVerbs(Verbs& verbs) {
  const auto options = std::make_shared<EventOptions>();
  CLI::App* const events = verbs.Add(
      &verbs.app(), "events", "Show what happens in a network, as it happens",
      "  skontro events --network res\n"
      "  skontro events --from 1 --no-follow --format json\n"
      "  skontro events --member boulangerie --type trade-settled\n"
      "\n"
      "Goes on by itself when the server comes back, without leaving anything "
      "out.\nLines of JSON are events as the API has them.",
      [&verbs, options] { return Events(verbs.session(), *options); });
  events->add_option("--from", options->from,
                     "First sequence; from now on unless given");
  events->add_option("--member", options->member,
                     "Only what this member has a part in");
  events->add_option("--type", options->types,
                     "Only events of this type, such as trade-settled");
  events->add_option("--count", options->count, "Stop after so many events");
  events->add_flag("!--no-follow", options->follow,
                   "Stop at what is the newest now; begins at 1 unless --from "
                   "is given");
  verbs.TakesNetwork(events);
  verbs.TakesFormat(events);
}

}  // namespace skontro::cli
