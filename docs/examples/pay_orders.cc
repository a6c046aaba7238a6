// Pays orders that stand in a file, each exactly once, however often this
// program or the server is stopped meanwhile: run it again and it goes on.
//
//   pay_orders ENDPOINT NETWORK CA_FILE KEY_FILE <orders.csv
//
// A line is ORDER,SELLER,BUYER,UNITS, such as
//
//   order-4711,imprimerie,boulangerie,50.00
//
// The order is the request id: whoever sends it again gets the first answer.
// Exit codes: 0 all are paid; 1 some were refused, and will be again; 2 the
// command, a file or a line is wrong; 3 some are in doubt: run it again.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/client/amount.h"
#include "cli/client/client.h"

namespace {

using skontro::client::Client;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

absl::StatusOr<std::unique_ptr<Client>> Connect(char** arguments) {
  skontro::client::ClientOptions options;
  options.endpoint = arguments[1];
  options.network = arguments[2];
  options.security.encrypted = true;
  options.security.ca = ReadAll(arguments[3]);
  options.security.key = ReadAll(arguments[4]);
  absl::StripTrailingAsciiWhitespace(&options.security.key);
  if (options.security.ca.empty() || options.security.key.empty()) {
    return absl::NotFoundError("the file of the CA or of the key is empty");
  }
  return Client::Make(options);
}

absl::StatusOr<skontro::v1::CreateTradeRequest> ParseOrder(
    const std::string& line, int decimals) {
  const std::vector<std::string> cells = absl::StrSplit(line, ',');
  if (cells.size() != 4) {
    return absl::InvalidArgumentError("not ORDER,SELLER,BUYER,UNITS");
  }
  const auto units = skontro::client::ParseAmount(cells[3], decimals);
  if (!units.ok()) return units.status();
  skontro::v1::CreateTradeRequest request;
  request.set_request_id(cells[0]);
  request.mutable_trade()->set_seller(cells[1]);
  request.mutable_trade()->set_buyer(cells[2]);
  request.mutable_trade()->set_initiator(skontro::v1::Trade::BUYER);
  request.mutable_trade()->mutable_unit_leg()->set_minor_units(*units);
  return request;
}

// All of the lines, or the first that is none: nothing is sent before.
absl::StatusOr<std::vector<skontro::v1::CreateTradeRequest>> ReadOrders(
    int decimals) {
  std::vector<skontro::v1::CreateTradeRequest> orders;
  std::string line;
  for (int number = 1; std::getline(std::cin, line); ++number) {
    auto order = ParseOrder(line, decimals);
    if (!order.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", order.status().message()));
    }
    orders.push_back(*std::move(order));
  }
  return orders;
}

int Fail(const absl::Status& status) {
  std::cerr << "pay_orders: " << status.message() << "\n";
  return 2;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::cerr << "usage: pay_orders ENDPOINT NETWORK CA_FILE KEY_FILE\n";
    return 2;
  }
  const auto client = Connect(arguments);
  if (!client.ok()) return Fail(client.status());
  const auto network = (*client)->Network();
  if (!network.ok()) return Fail(network.status());
  const auto orders = ReadOrders(network->unit_decimals());
  if (!orders.ok()) return Fail(orders.status());

  int exit_code = 0;
  const auto results = (*client)->CreateTrades(*orders);
  for (size_t i = 0; i < results.size(); ++i) {
    std::cout << (*orders)[i].request_id() << ": ";
    if (results[i].ok()) {
      std::cout << "paid, sequence " << results[i]->outcome().sequence()
                << "\n";
      continue;
    }
    const auto error = skontro::client::ErrorOf(results[i].status());
    const bool refused = error.has_value() &&
                         error->outcome == skontro::client::Outcome::kRefused;
    std::cout << (refused ? "refused: " : "in doubt: ")
              << results[i].status().message() << "\n";
    exit_code = std::max(exit_code, refused ? 1 : 3);
  }
  return exit_code;
}
