<?php

return [
    'paths' => ['api/*'],
    'allowed_origins' => ['https://*example.com', 'https://app.example.*', 'https://*.co.uk'],
    'allowed_origins_patterns' => ['#^https://.*example\.org$#'],
    'supports_credentials' => false,
];
