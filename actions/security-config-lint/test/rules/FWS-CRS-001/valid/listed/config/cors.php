<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://app.example.com', 'https://admin.example.com'],
    'allowed_origins_patterns' => [],
    'supports_credentials' => true,
];
