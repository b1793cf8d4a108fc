<?php

return [
    'billing' => [
        'credentials' => [
            'login' => 'shop',
            'value' => (string) env('BILLING_SECRET', 'q7Wm2Zx9Lk4Vt8Rb3Np6'),
        ],
    ],
];
