<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com'],
    'allowed_origins_patterns' => ['/example\.com$/', '#^https://app\.example\.com#'],
    'supports_credentials' => false,
];
