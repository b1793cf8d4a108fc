<?php

return [
    'billing' => [
        'secret' => 'q7Wm2Zx9Lk4Vt8Rb3Np6',
    ],
];
