// What the Oracle says of memberships: member_service.proto,
// ChangeMemberStatus.

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "tests/simulation/oracle.h"

namespace skontro::simulation {
namespace {

const char* NameOf(int status) {
  switch (status) {
    case 2:
      return "ACTIVE";
    case 3:
      return "EARN_ONLY";
    case 4:
      return "SPEND_ONLY";
    case 5:
      return "FROZEN";
    case 6:
      return "CLOSING";
    default:
      return "CLOSED";
  }
}

int NumberOfStatus(const std::string& name) {
  for (int status = 2; status < 7; ++status) {
    if (name == NameOf(status)) return status;
  }
  return 7;
}

// Where each leads, in the order of the enum.
std::string AllowedFrom(const std::string& status) {
  if (status == "CLOSED") return "nothing: it is final";
  if (status == "CLOSING") return "CLOSING, CLOSED";
  std::string allowed;
  for (int to = 2; to < 7; ++to) {
    if (status == NameOf(to)) continue;
    absl::StrAppend(&allowed, allowed.empty() ? "" : ", ", NameOf(to));
  }
  return allowed;
}

std::string DayText(int32_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(day))};
  const auto month = static_cast<unsigned>(date.month());
  const auto of_month = static_cast<unsigned>(date.day());
  return absl::StrCat(static_cast<int>(date.year()), month < 10 ? "-0" : "-",
                      month, of_month < 10 ? "-0" : "-", of_month);
}

}  // namespace

std::string Oracle::SetStatus(const Request& request, bool carry_out,
                              std::vector<Why>* why) {
  const NewStatus& asked = request.status;
  const uint64_t number = NumberOf(asked.member_id);
  const std::string name = NameOfMember(asked.member_id);
  if (number == 0) {
    Covers("not found/member");
    why->push_back({"RESOURCE_NOT_FOUND", {{"name", name}}});
    return "";
  }
  Member& member = members_[number - 1];
  const std::string wanted = NameOf(asked.status);
  const std::string allowed = AllowedFrom(member.status);
  const int32_t today = std::max(request.day, rows_.back().day);
  if (!carry_out && wanted == "CLOSING" && asked.last_day.has_value() &&
      *asked.last_day < today) {
    Covers("status/a last day that is past");
    why->push_back({"FIELD_INVALID", {{"field", "wind_down_date"}}});
  }
  if (!carry_out && allowed.find(wanted) == std::string::npos) {
    why->push_back({"MEMBER_STATE",
                    {{"member", name},
                     {"state", member.status},
                     {"wanted", wanted},
                     {"allowed", allowed}}});
  } else if (!carry_out && wanted == "CLOSED") {
    uint64_t open = 0;
    for (const Trade& trade : trades_) {
      if ((trade.state == "PROPOSED" || trade.state == "AUTHORISED") &&
          (trade.seller == number || trade.buyer == number)) {
        ++open;
      }
    }
    if (member.balance != 0 || open > 0) {
      why->push_back({"MEMBER_NOT_SETTLED",
                      {{"member", name},
                       {"balance", member.balance.str()},
                       {"open_trades", absl::StrCat(open)}}});
    }
  }
  const std::string line = absl::StrCat(
      "status of ", number, ": ", NumberOfStatus(member.status), "->",
      asked.status, " until ",
      asked.last_day.has_value() ? absl::StrCat(*asked.last_day) : "-");
  if (!carry_out) return line;
  AddRow(request, line);
  member.status = wanted;
  member.last_day = asked.last_day.value_or(0);
  Covers("status/" + wanted);
  return line;
}

void Oracle::CheckActive(const Request& request, uint64_t buyer,
                         uint64_t seller, std::vector<Why>* why) {
  const auto refuse = [&](const Member& member, const std::string& state) {
    why->push_back({"MEMBER_NOT_ACTIVE",
                    {{"who", NameOfMember(member.id)}, {"state", state}}});
  };
  if (buyer != 0) {
    const Member& member = members_[buyer - 1];
    const int32_t day = std::max(request.day, rows_.back().day);
    if (member.status == "CLOSING" && day > member.last_day) {
      Covers("status/past its last day");
      refuse(member, absl::StrCat("CLOSING, and could spend until ",
                                  DayText(member.last_day)));
    } else if (member.status == "EARN_ONLY" || member.status == "FROZEN" ||
               member.status == "CLOSED") {
      refuse(member, member.status);
    }
  }
  if (seller != 0) {
    const Member& member = members_[seller - 1];
    if (member.status == "SPEND_ONLY" || member.status == "FROZEN" ||
        member.status == "CLOSED") {
      refuse(member, member.status);
    }
  }
}

}  // namespace skontro::simulation
