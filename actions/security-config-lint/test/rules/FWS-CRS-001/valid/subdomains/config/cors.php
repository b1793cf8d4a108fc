<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://*.example.com'],
    'allowed_origins_patterns' => ['#^https://[a-z0-9-]+\.example\.org\z#'],
    'supports_credentials' => true,
];
