<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com'],
    'allowed_origins_patterns' => ['#^https://[a-z]+\.example\.com$#'],
    'supports_credentials' => false,
];
