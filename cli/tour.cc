#include "cli/tour.h"

#include "absl/strings/str_cat.h"

namespace skontro::cli {
namespace {

std::vector<TourStep> Beginning(const TourPlan& plan) {
  return {
      {"A network",
       "Companies that trade with each other without money make a network, "
       "with "
       "a unit of its own that is worth one euro. Its journal begins here.",
       {"network", "create", plan.network, "--name", "Tour", "--unit-code",
        "TOU", "--decimals", "2", "--peg", "EUR"}},
      {"Two members",
       "A printer. Its SIREN is checked, digit by digit: invoices are matched "
       "with it later.",
       {"member", "create", "imprimerie", "--name", "Imprimerie Martin SARL",
        "--country", "FR", "--siren", "732829320", "--vat-id",
        "FR44732829320"}},
      {"",
       "And a baker.",
       {"member", "create", "boulangerie", "--name", "Boulangerie Dupont SPRL",
        "--country", "BE", "--vat-id", "BE0123456749"}},
      {"Credit",
       "Nobody has units yet. So that somebody can begin, the network lets the "
       "baker go 5,000 below zero; the reason is kept for ever.",
       {"credit", "set", "boulangerie", "--limit", "5000", "--reason",
        "annual sales 45,000 / 9"}},
  };
}

std::vector<TourStep> Trades() {
  return {
      {"A trade",
       "The printer has printed bags for 1,200: 720 in units, the rest in "
       "euros outside the network. It asks; nothing moves yet.",
       {"trade", "request", "--seller", "imprimerie", "--buyer", "boulangerie",
        "--units", "720", "--cash", "480 EUR", "--invoice", "F2025-0001",
        "--id", "f2025-0001"}},
      {"",
       "The baker agrees. In one moment 720 units go over, as one entry with "
       "two sides; the answer comes when it is on the disk.",
       {"trade", "accept", "f2025-0001", "--request-id", "tour-accept"}},
      {"The same again",
       "A line broke, and nobody knows whether that was done. So it is sent "
       "again under the same id: it is not done twice, and the answer is the "
       "same.",
       {"trade", "accept", "f2025-0001", "--request-id", "tour-accept"}},
      {"A refusal",
       "The baker wants to spend more than it may. The server says what "
       "stands against it, and how much was left. Nothing was changed.",
       {"trade", "pay", "--buyer", "boulangerie", "--seller", "imprimerie",
        "--units", "4280.01", "--invoice", "F2025-0002"},
       ExitCode::kRefused},
      {"",
       "One cent less, to the last unit of its credit.",
       {"trade", "pay", "--buyer", "boulangerie", "--seller", "imprimerie",
        "--units", "4280", "--invoice", "F2025-0003"}},
  };
}

std::vector<TourStep> Books(const TourPlan& plan) {
  const std::string year = std::to_string(plan.year);
  std::vector<TourStep> steps = {
      {"The books",
       "What the baker owes the network is what the printer may spend: the sum "
       "of all balances is zero, always.",
       {"statement", "boulangerie", "--from", year + "-01-01", "--to",
        year + "-12-31"}},
      {"",
       "The same as the French tax office wants it, in euros. The year is not "
       "over, so it is PROVISIONAL.",
       {"export", "fec", "imprimerie", "--year", year, "--out", plan.folder}},
      {"Trust nobody",
       "A receipt proves that the trade is in the books, with a signed head. "
       "It can be checked without the server.",
       {"receipt", "f2025-0001", "--out", plan.folder + "/receipt.json"}},
  };
  if (plan.data_directory.empty()) {
    steps.push_back({"",
                     "And the whole journal, read with a decoder of its own.",
                     {"verify", "--online"}});
  } else {
    steps.push_back({"",
                     "And the whole journal, read on the disk by code that "
                     "the server does not have.",
                     {"verify", plan.data_directory}});
  }
  steps.push_back({"Who runs it",
                   "How the server is, and what needs somebody.",
                   {"admin", "status"}});
  return steps;
}

}  // namespace

std::vector<TourStep> TourSteps(const TourPlan& plan) {
  std::vector<TourStep> steps = Beginning(plan);
  for (TourStep& step : Trades()) steps.push_back(std::move(step));
  for (TourStep& step : Books(plan)) steps.push_back(std::move(step));
  return steps;
}

}  // namespace skontro::cli
