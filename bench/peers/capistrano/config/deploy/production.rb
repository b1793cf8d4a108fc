server ENV.fetch("PEER_ADDRESS"), user: "deploy", roles: %w[app]
