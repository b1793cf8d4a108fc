<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com', 'http://localhost:3000', 'https://*.example.com', '*', 'null'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => false,
];
